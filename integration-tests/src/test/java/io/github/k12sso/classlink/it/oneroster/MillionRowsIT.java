package io.github.k12sso.classlink.it.oneroster;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.k12sso.classlink.it.support.Full;
import io.github.k12sso.classlink.it.support.Http;
import io.github.k12sso.classlink.it.support.Roster;
import io.github.k12sso.classlink.it.support.TestEnvironment;
import io.github.k12sso.classlink.it.support.TestRealm;
import io.github.k12sso.classlink.simulator.SimulatorSettings;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;

/**
 * Reads a district of a million people through the gateway of a server with 512 MB of heap, with concurrent logins. Writes the
 * measurements to {@code target/million-rows.md}.
 */
@Full // reads a million rows and starts a server
@Isolated("needs the whole machine")
class MillionRowsIT {

    private static final int PEOPLE = 1_000_000;
    private static final int PAGE = 10_000;
    private static final int TENANT = 4711;
    private static final Pattern USED = Pattern.compile("(?m)^jvm_memory_used_bytes\\{area=\"heap\"[^}]*} ([0-9.E]+)$");

    @Test
    void aMillionRowsNeedConstantHeapWhileLoginsContinue() throws IOException {
        try (TestEnvironment environment = TestEnvironment.startOwn(
                "million-rows",
                SimulatorSettings.builder()
                        .district("bigcounty", TENANT, PEOPLE)
                        .build(),
                "-Xms256m -Xmx512m")) {
            TestRealm realm = environment.newRealm();
            realm.configureRealm(settings -> settings.put("accessTokenLifespan", 3600));
            Roster roster = Roster.withPartnerKey(environment, realm);
            String token = roster.administratorsToken("roster-administrator");
            logins(realm, 30); // warms up the server
            List<Long> alone = logins(realm, 20);

            AtomicBoolean pulling = new AtomicBoolean(true);
            List<Long> meanwhile = Collections.synchronizedList(new ArrayList<>());
            ExecutorService threads = Executors.newSingleThreadExecutor();
            CompletableFuture<Void> people = CompletableFuture.runAsync(
                    () -> {
                        while (pulling.get()) {
                            meanwhile.addAll(logins(realm, 1));
                        }
                    },
                    threads);
            long start = System.nanoTime();
            long rows = 0;
            double mostUsed = 0;
            for (int offset = 0; offset < PEOPLE; offset += PAGE) {
                rows += page(roster, token, offset);
                mostUsed = Math.max(mostUsed, heap(environment));
            }
            double seconds = (System.nanoTime() - start) / 1e9;
            pulling.set(false);
            people.join();
            threads.shutdown();

            assertThat(rows).isEqualTo(PEOPLE);
            assertThat(environment.log()).doesNotContain("OutOfMemoryError");
            assertThat(realm.login(realm.newBrowser(), "teacher").handedToApp()).containsKey("code");
            Files.writeString(Path.of(System.getProperty("work.dir")).resolve("million-rows.md"), """
                    | | |
                    |---|---|
                    | rows | %d in %.0f s, %.0f a second |
                    | heap used at most, sampled after every page | %.0f MB of 512 |
                    | logins meanwhile | %d |
                    | a login, median and 95%% | alone %d and %d ms, meanwhile %d and %d ms |
                    """.formatted(
                            rows,
                            seconds,
                            rows / seconds,
                            mostUsed / 1e6,
                            meanwhile.size(),
                            percentile(alone, 50),
                            percentile(alone, 95),
                            percentile(meanwhile, 50),
                            percentile(meanwhile, 95)));
            assertThat(meanwhile).hasSizeGreaterThan(20);
        }
    }

    private static int page(Roster roster, String token, int offset) {
        HttpResponse<String> answer =
                roster.get(token, String.valueOf(TENANT), "users?limit=" + PAGE + "&offset=" + offset);
        assertThat(answer.statusCode()).as("offset " + offset).isEqualTo(200);
        JsonNode users = Http.json(answer.body()).get("users");
        return users.size();
    }

    private static double heap(TestEnvironment environment) {
        return USED.matcher(environment.metrics())
                .results()
                .mapToDouble(match -> Double.parseDouble(match.group(1)))
                .sum();
    }

    private static List<Long> logins(TestRealm realm, int count) {
        List<Long> times = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            long start = System.nanoTime();
            assertThat(realm.login(realm.newBrowser(), "student").handedToApp()).containsKey("code");
            times.add(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start));
        }
        return times;
    }

    private static long percentile(List<Long> times, int percent) {
        List<Long> sorted = times.stream().sorted().toList();
        return sorted.get(Math.min(sorted.size() - 1, sorted.size() * percent / 100));
    }
}
