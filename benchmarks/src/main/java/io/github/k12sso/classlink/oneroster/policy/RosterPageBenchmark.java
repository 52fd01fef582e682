package io.github.k12sso.classlink.oneroster.policy;

import io.github.k12sso.classlink.oneroster.policy.Policy.RowRule;
import io.github.k12sso.classlink.oneroster.policy.RosterRequest.InvalidRequest;
import io.github.k12sso.classlink.oneroster.policy.RosterRequest.Links;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.infra.Blackhole;

/** Reading and filtering of a roster page; figures per row. */
@State(Scope.Thread)
public class RosterPageBenchmark {

    private static final int ROWS = 1_000;
    private static final Set<String> FIELDS = Set.of("sourcedId", "status", "givenName", "familyName", "role");

    private final byte[] page = IntStream.range(0, ROWS)
            .mapToObj(number -> """
                    {"sourcedId": "u-%1$d", "status": "active", "dateLastModified": "2026-11-01T00:00:00Z", "enabledUser": "true",
                     "username": "user%1$d", "givenName": "Given%1$d", "familyName": "Family%1$d", "role": "student",
                     "identifier": "%1$d", "email": "user%1$d@bigcounty.example", "grades": ["09"],
                     "orgs": [{"href": "https://roster.example/ims/oneroster/v1p1/orgs/o-1", "sourcedId": "o-1", "type": "org"}]}
                    """.formatted(number))
            .collect(Collectors.joining(",", "{\"users\": [", "]}"))
            .getBytes(StandardCharsets.UTF_8);

    @Benchmark
    @OperationsPerInvocation(ROWS)
    public int filterRow(Blackhole rows) throws InvalidRequest, RosterPageReader.BrokenPage, IOException {
        return new RosterPageReader(
                        RosterRequest.parse(List.of("users"), Map.of()),
                        RowRule.only(FIELDS),
                        new Links("https://kc.example/realms/r/classlink/c/ims/oneroster/v1p1"))
                .read(new ByteArrayInputStream(page), rows::consume);
    }
}
