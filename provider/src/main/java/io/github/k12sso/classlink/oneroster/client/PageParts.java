package io.github.k12sso.classlink.oneroster.client;

import io.github.k12sso.classlink.oneroster.client.OneRosterClient.PageResult;
import java.time.Duration;
import java.util.HashSet;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;

/**
 * The responses that make up one page. Many services send fewer rows than requested without saying so. The collection
 * ends where the service's count or {@code Link} header says so, or at an empty response.
 */
final class PageParts {

    /** Maximum length of {@code x-perm-rev}. */
    private static final int MAX_REVISION_LENGTH = 255;

    private final long offset;
    private final int limit;
    private final Set<String> firstIds = new HashSet<>();
    private Part last;
    private int rows;
    private int largest;
    private boolean countFits = true;

    PageParts(long offset, int limit) {
        this.offset = offset;
        this.limit = limit;
    }

    /**
     * One response.
     *
     * @param rows number of rows, at most the requested number
     * @param firstId sourcedId of its first row
     * @param total {@code x-total-count}
     * @param next whether its {@code Link} header has a next page; empty without the header
     * @param revision {@code x-perm-rev}
     * @param counted whether it has {@code x-count}
     */
    record Part(
            int rows,
            String firstId,
            OptionalLong total,
            Optional<Boolean> next,
            Optional<String> revision,
            boolean counted) {

        /** Replaces a 404 past the end. */
        static final Part EMPTY = new Part(0, "", OptionalLong.empty(), Optional.empty(), Optional.empty(), false);

        /** @param sent number of rows in the response, which may be more than the requested number */
        static Part of(int sent, int limit, String firstId, Function<String, Optional<String>> headers) {
            return new Part(
                    Math.min(sent, limit),
                    firstId,
                    headers.apply("x-total-count")
                            .filter(count -> count.matches("[0-9]{1,12}"))
                            .map(count -> OptionalLong.of(Long.parseLong(count)))
                            .orElse(OptionalLong.empty()),
                    headers.apply("link")
                            .map(link -> sent > limit || NEXT.matcher(link).find()),
                    headers.apply("x-perm-rev").filter(text -> text.matches("[!-~]{1," + MAX_REVISION_LENGTH + "}")),
                    headers.apply("x-count").isPresent());
        }

        private static final Pattern NEXT = Pattern.compile("rel\\s*=\\s*\"?next\\b", Pattern.CASE_INSENSITIVE);
    }

    /** @throws RosterFailure if it is inconsistent with the previous responses */
    void add(Part part) throws RosterFailure {
        if (last != null && part.rows() > 0 && !last.revision().equals(part.revision())) {
            throw new RosterFailure(
                    RosterFailure.Reason.SOURCE_CHANGED,
                    "The data that the district shares changed during the request",
                    Duration.ofSeconds(1),
                    null);
        }
        if (part.rows() > 0 && !part.firstId().isEmpty() && !firstIds.add(part.firstId())) {
            throw new RosterFailure(
                    RosterFailure.Reason.SOURCE_BROKEN,
                    "The roster service returned the same rows again: it ignores the offset");
        }
        if (part.rows() > 0) {
            countFits &= last == null || last.total().equals(part.total());
        }
        rows += part.rows();
        largest = Math.max(largest, part.rows());
        last = part.rows() == 0 && last != null
                ? new Part(0, "", last.total(), part.next(), last.revision(), last.counted())
                : part;
        long total = last.total().orElse(end());
        countFits &= last.rows() > 0 ? total >= end() : total <= end();
    }

    /**
     * Returns whether a service without paging information sent the same list again, because some services do not page
     * nested lists. If the service announced more rows, a repeated page is a failure.
     */
    boolean isAllAgain(Part part) {
        return last != null
                && part.rows() > 0
                && firstIds.contains(part.firstId())
                && !last.next().orElse(false)
                && last.total().orElse(0) <= end();
    }

    /** Returns whether another response is needed. */
    boolean isIncomplete() {
        return rows < limit && mayHaveMore();
    }

    private boolean mayHaveMore() {
        if (last == null) {
            return true;
        }
        if (last.rows() == 0) {
            return false;
        }
        boolean counted = countFits && last.total().isPresent();
        if (counted && last.total().getAsLong() > end()) {
            return true;
        }
        // The end is reached by count or by link, unless the other one contradicts.
        return last.next().orElse(!counted);
    }

    private long end() {
        return offset + rows;
    }

    int rows() {
        return rows;
    }

    /** Returns the number of rows in the largest response. */
    int largest() {
        return largest;
    }

    PageResult result(boolean collection) {
        boolean more = collection && mayHaveMore();
        boolean fits = countFits && (!more || last.total().orElse(Long.MAX_VALUE) > end());
        return new PageResult(
                rows,
                fits && last.total().isPresent()
                        ? Optional.of(Long.toString(last.total().getAsLong()))
                        : Optional.empty(),
                last.revision(),
                last.counted(),
                more);
    }
}
