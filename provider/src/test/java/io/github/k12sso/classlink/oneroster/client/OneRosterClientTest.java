package io.github.k12sso.classlink.oneroster.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.github.benmanes.caffeine.cache.Ticker;
import io.github.k12sso.classlink.oneroster.client.OneRosterClient.PageResult;
import io.github.k12sso.classlink.oneroster.client.RosterFailure.Silences;
import io.github.k12sso.classlink.oneroster.client.TestSource.SourcePaging;
import io.github.k12sso.classlink.oneroster.policy.Policy.RowRule;
import io.github.k12sso.classlink.oneroster.policy.RosterRequest;
import io.github.k12sso.classlink.oneroster.policy.RosterRequest.InvalidRequest;
import io.github.k12sso.classlink.oneroster.policy.RosterRequest.Links;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Reads whole collections from services of every kind: each row exactly once, with a correct total or none. */
class OneRosterClientTest {

    private static final Pattern ID = Pattern.compile("\"sourcedId\":\"([0-9]+)\"");

    private TestSource source;

    @AfterEach
    void close() throws Exception {
        if (source != null) {
            source.close();
        }
    }

    /** How real clients detect the end of a collection. */
    private enum Client {
        SHORT_PAGE,
        EMPTY_PAGE,
        COUNT,
        LINK
    }

    private record Page(PageResult result, List<String> ids) {}

    static Stream<Arguments> matrix() {
        return Stream.of(Client.values())
                .flatMap(client -> Stream.of(SourcePaging.values())
                        .flatMap(paging -> Stream.of(10, 1000)
                                .flatMap(most -> Stream.of(0, 1, 65, 70)
                                        .map(size -> Arguments.of(client, paging, most, size)))));
    }

    @ParameterizedTest(name = "{0}, {1}, at most {2} concurrently, {3} rows")
    @MethodSource("matrix")
    void everyClientReadsEveryRowOnce(Client client, SourcePaging paging, int most, int size) throws Exception {
        boolean nothingAtAll = size == 0 && paging == SourcePaging.NOT_FOUND_PAST_THE_END;
        source = TestSource.ofStudents(size, most, paging);
        int limit = 35;
        List<String> ids = new ArrayList<>();
        Page page;
        int offset = 0;
        if (nothingAtAll) {
            assertThatExceptionOfType(RosterFailure.class)
                    .isThrownBy(() -> read(limit, 0))
                    .extracting(RosterFailure::reason)
                    .isEqualTo(RosterFailure.Reason.UNKNOWN_OBJECT);
            return;
        }
        do {
            page = read(limit, offset);
            ids.addAll(page.ids());
            offset += limit;
            page.result().total().ifPresent(total -> assertThat(total).isIn(count(paging, size)));
        } while (!isEnd(client, page, limit, offset));

        assertThat(ids)
                .isEqualTo(IntStream.range(0, size).mapToObj(String::valueOf).toList());
    }

    /** A total that is too high is only detected at the end. */
    private static List<String> count(SourcePaging paging, int size) {
        return paging == SourcePaging.COUNTED_WRONG ? List.of(String.valueOf(size + 9)) : List.of(String.valueOf(size));
    }

    private static boolean isEnd(Client client, Page page, int limit, int next) {
        return switch (client) {
            case SHORT_PAGE -> page.ids().size() < limit;
            case EMPTY_PAGE -> page.ids().isEmpty();
            case COUNT ->
                page.result().total().isPresent()
                        ? next >= Integer.parseInt(page.result().total().get())
                        : page.ids().size() < limit;
            case LINK -> !page.result().more();
        };
    }

    @Test
    void aWrongTotalIsNotPassedOn() throws Exception {
        source = TestSource.ofStudents(20, 1000, SourcePaging.COUNTED_WRONG);

        assertThat(read(100, 0).result().total()).isEmpty();
        assertThat(read(100, 10).result().total()).isEmpty();
        assertThat(read(100, 20).result().total()).isEmpty();
    }

    @Test
    void aCorrectTotalIsPassedOnWithoutAnotherCall() throws Exception {
        source = TestSource.ofStudents(20, 1000, SourcePaging.COUNTED);

        PageResult result = read(100, 0).result();

        assertThat(result.total()).contains("20");
        assertThat(result.more()).isFalse();
        assertThat(source.asked()).hasSize(1);
        assertThat(read(100, 500).result().total()).as("past the end").contains("20");
    }

    @Test
    void rowsBeyondTheLimitAreDropped() throws Exception {
        source = TestSource.answering(exchange -> TestSource.send(exchange, 200, TestSource.rows(0, 50)));

        Page page = read(20, 0);

        assertThat(page.ids()).hasSize(20);
        assertThat(page.result().more()).isTrue();
    }

    @Test
    void anIgnoredOffsetIsAFailure() {
        source = TestSource.answering(exchange -> TestSource.send(exchange, 200, TestSource.rows(0, 10)));

        assertFails(() -> read(100, 0), RosterFailure.Reason.SOURCE_BROKEN);
        assertThat(source.asked()).hasSize(2);
    }

    @Test
    void aChangeOfSharingBetweenTwoCallsIsAFailure() {
        AtomicInteger answers = new AtomicInteger();
        source = TestSource.answering(exchange -> {
            int from = 10 * answers.getAndIncrement();
            exchange.getResponseHeaders().set("X-Perm-Rev", "r" + from);
            TestSource.send(exchange, 200, TestSource.rows(from, from + 10));
        });

        assertFails(() -> read(100, 0), RosterFailure.Reason.SOURCE_CHANGED);
    }

    @ParameterizedTest
    @CsvSource({"classes/none/students, UNKNOWN_OBJECT", "schools/none/classes, UNKNOWN_OBJECT"})
    void a404ForTheParentIsPassedOn(String path, RosterFailure.Reason reason) {
        source = TestSource.answering(exchange -> TestSource.send(exchange, 404, "{}"));

        assertFails(() -> read(request(path, 10, 100), RowRule.all()), reason);
    }

    @ParameterizedTest
    @CsvSource({"501", "405"})
    void anUnsupportedReadIsTriedOnce(int status) {
        source = TestSource.answering(exchange -> TestSource.send(exchange, status, "{}"));

        assertFails(() -> read(100, 0), RosterFailure.Reason.SOURCE_LACKS);
        assertThat(source.asked()).hasSize(1);
    }

    @Test
    void memoryForPagesIsBoundedAndReleased() throws Exception {
        source = TestSource.ofStudents(10_000, 10_000, SourcePaging.COUNTED);
        Semaphore memory = new Semaphore(3);
        RosterRequest request = request("students", 10_000, 0);
        try (PageBuffer buffer = new PageBuffer(memory)) {
            OneRosterClient client = client();
            assertFails(() -> client.read(request, RowRule.all(), buffer), RosterFailure.Reason.BUSY);
        }
        assertThat(memory.availablePermits()).isEqualTo(3);
    }

    private static void assertFails(
            org.assertj.core.api.ThrowableAssert.ThrowingCallable read, RosterFailure.Reason reason) {
        assertThatExceptionOfType(RosterFailure.class)
                .isThrownBy(read)
                .extracting(RosterFailure::reason)
                .isEqualTo(reason);
    }

    private Page read(int limit, int offset) throws InvalidRequest, RosterFailure {
        return read(request("students", limit, offset), RowRule.all());
    }

    private Page read(RosterRequest request, RowRule rule) throws RosterFailure {
        try (PageBuffer buffer = new PageBuffer()) {
            PageResult result = client().read(request, rule, buffer);
            String body = new String(buffer.enclosed("", ""), StandardCharsets.UTF_8);
            return new Page(
                    result,
                    ID.matcher(body).results().map(match -> match.group(1)).toList());
        }
    }

    private static RosterRequest request(String path, int limit, int offset) throws InvalidRequest {
        return RosterRequest.parse(
                List.of(path.split("/", -1)),
                Map.of("limit", List.of(String.valueOf(limit)), "offset", List.of(String.valueOf(offset))));
    }

    private OneRosterClient client() {
        RosterCredentials credentials = new RosterCredentials() {
            @Override
            public Access current() {
                return Access.withBearer(source.url(), "bearer");
            }

            @Override
            public Optional<Access> replace(Access rejected) {
                return Optional.empty();
            }

            @Override
            public RosterFailure rejection() {
                return new RosterFailure(RosterFailure.Reason.SOURCE_REFUSED, "refused");
            }
        };
        Silences silences = new Silences(InstantSource.system(), Ticker.systemTicker());
        return new OneRosterClient(
                source.upstream(),
                credentials,
                new Links("https://kc.example"),
                silences.of("x"),
                OneRosterClient.TOTAL);
    }
}
