package io.github.k12sso.classlink.oneroster.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.k12sso.classlink.oneroster.client.Listing.Answer;
import io.github.k12sso.classlink.oneroster.client.OneRosterClient.PageResult;
import io.github.k12sso.classlink.oneroster.client.RosterFailure.Reason;
import io.github.k12sso.classlink.oneroster.client.SourceLists.Source;
import io.github.k12sso.classlink.oneroster.policy.Memberships.Row;
import io.github.k12sso.classlink.oneroster.policy.Policy.RowRule;
import io.github.k12sso.classlink.oneroster.policy.RosterRequest;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A list is read completely or the call fails. */
class ListingTest {

    private static final Optional<String> NEXT = Optional.of("<https://x/users?offset=10>; rel=\"next\"");
    private static final Optional<String> NO_NEXT = Optional.of("<https://x/users>; rel=\"first\"");
    private static final Listing LISTING =
            Listing.of("classes", "c", "students").orElseThrow();

    private final AtomicInteger calls = new AtomicInteger();

    @ParameterizedTest
    @CsvSource({
        // responses of the service for 25 rows in pages of ten; number of calls
        "count, 3",
        "link, 3",
        "link and count, 3",
        "nothing, 4",
        "too high a count, 4",
        "too low a count, 4",
        "404 past the end, 4"
    })
    void aListWithASmallerPageSizeIsReadToItsEnd(String says, int expected) throws RosterFailure {
        Answer answer = read(offset -> {
            int rows = Math.max(0, Math.min(10, 25 - offset));
            Optional<String> link = says.startsWith("link") ? (offset < 20 ? NEXT : NO_NEXT) : Optional.empty();
            Optional<String> total =
                    switch (says) {
                        case "count", "link and count" -> Optional.of("25");
                        case "too high a count" -> Optional.of("1000");
                        case "too low a count" -> Optional.of("3");
                        default -> Optional.empty();
                    };
            return says.startsWith("404") && rows == 0 ? null : page(offset, rows, total, link);
        });

        assertThat(answer.rows())
                .extracting(Row::sourcedId)
                .containsExactlyElementsOf(
                        IntStream.range(0, 25).mapToObj(ListingTest::id).toList());
        assertThat(calls).hasValue(expected);
    }

    @Test
    void anEmptyListTakesOneCall() throws RosterFailure {
        assertThat(read(offset -> page(0, 0, Optional.empty(), Optional.empty()))
                        .rows())
                .isEmpty();
        assertThat(calls).hasValue(1);
    }

    @Test
    void aMissingCollectionIsReported() throws RosterFailure {
        assertThat(read(offset -> null).lacking()).isEqualTo(Reason.UNKNOWN_OBJECT);
    }

    /** A service that ignores {@code offset} always sends its first page. */
    @Test
    void aRepeatedPageIsTheEndUnlessTheServiceSaysOtherwise() throws RosterFailure {
        assertThat(read(offset -> page(0, 10, Optional.empty(), Optional.empty()))
                        .rows())
                .hasSize(10);
        assertBroken(offset -> page(0, 10, Optional.of("25"), Optional.empty()));
        assertBroken(offset -> page(0, 10, Optional.empty(), NEXT));
    }

    @Test
    void anIgnoredFilterStopsAtTheFirstRowThatDoesNotMatch() throws RosterFailure {
        Listing filtered = Listing.enrollmentsByUser("sam").orElseThrow();

        Answer answer = filtered.readToEnd(source(offset -> page(0, 1000, Optional.of("20000"), NEXT)), left());

        assertThat(answer.lacking()).isEqualTo(Reason.SOURCE_LACKS);
        assertThat(calls).hasValue(1);
    }

    @Test
    void rowsWithoutAUsableIdAreAFailure() {
        for (String id : List.of("", "x".repeat(256), "..", "a/../b", "\u0000")) {
            assertBroken(offset -> new Page(List.of(row(id)), Optional.empty(), Optional.empty()));
        }
    }

    @Test
    void aListThatIsTooLongIsAFailure() {
        assertBroken(offset -> page(offset, 1000, Optional.empty(), Optional.empty()));
        assertBroken(offset ->
                new Page(List.of(row("a").put("title", "x".repeat(70_000))), Optional.empty(), Optional.empty()));
        assertBroken(offset -> new Page(
                IntStream.range(offset, offset + 200)
                        .mapToObj(i -> row(id(i)).put("title", "x".repeat(60_000)))
                        .toList(),
                Optional.empty(),
                Optional.empty()));
    }

    @Test
    void fieldsHiddenFromAllRolesAreNotStored() throws RosterFailure {
        ObjectNode row = row("a").put("password", "x").put("phone", "x").put("sms", "x");
        row.putObject("metadata");
        row.putArray("agents");

        Answer answer = read(offset -> new Page(List.of(row), Optional.of("1"), Optional.empty()));

        assertThat(answer.rows().get(0).read().properties())
                .extracting(Map.Entry::getKey)
                .containsExactly("sourcedId");
    }

    // ---- steps -----------------------------------------------------------------------------------------------------

    private record Page(List<ObjectNode> rows, Optional<String> total, Optional<String> link) {}

    private Answer read(IntFunction<Page> pages) throws RosterFailure {
        calls.set(0);
        return LISTING.readToEnd(source(pages), left());
    }

    private void assertBroken(IntFunction<Page> pages) {
        assertThatExceptionOfType(RosterFailure.class)
                .isThrownBy(() -> read(pages))
                .extracting(RosterFailure::reason)
                .isEqualTo(Reason.SOURCE_BROKEN);
    }

    private Source source(IntFunction<Page> pages) {
        return new Source() {
            @Override
            public PageResult read(RosterRequest request, RowRule rows) throws RosterFailure {
                PageParts parts = new PageParts(request.offset(), request.limit());
                while (parts.isIncomplete()) {
                    calls.incrementAndGet();
                    Page page = pages.apply((int) request.offset() + parts.rows());
                    if (page == null && parts.rows() == 0) {
                        throw new RosterFailure(Reason.UNKNOWN_OBJECT, "no such object");
                    }
                    PageParts.Part part = page == null ? PageParts.Part.EMPTY : part(page, request.limit(), rows);
                    parts.add(parts.isAllAgain(part) ? PageParts.Part.EMPTY : part);
                }
                return parts.result(true);
            }

            @Override
            public Runnable elsewhere(Consumer<Source> work) {
                throw new UnsupportedOperationException();
            }
        };
    }

    private static PageParts.Part part(Page page, int limit, RowRule rows) {
        page.rows().stream().limit(limit).forEach(row -> rows.pass(row.deepCopy()));
        String firstId =
                page.rows().isEmpty() ? "" : page.rows().get(0).get("sourcedId").textValue();
        return PageParts.Part.of(page.rows().size(), limit, firstId, header -> switch (header) {
            case "x-total-count" -> page.total();
            case "link" -> page.link();
            default -> Optional.empty();
        });
    }

    private static AtomicLong left() {
        return new AtomicLong(SourceLists.MAX_BYTES);
    }

    private static Page page(int offset, int rows, Optional<String> total, Optional<String> link) {
        return new Page(
                IntStream.range(offset, offset + rows).mapToObj(i -> row(id(i))).toList(), total, link);
    }

    private static String id(int number) {
        return "u%07d".formatted(number);
    }

    private static ObjectNode row(String id) {
        return new ObjectMapper().createObjectNode().put("sourcedId", id);
    }
}
