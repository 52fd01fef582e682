package io.github.k12sso.classlink.oneroster.client;

import io.github.k12sso.classlink.http.Operation;
import io.github.k12sso.classlink.http.UpstreamClient;
import io.github.k12sso.classlink.http.UpstreamFailure;
import io.github.k12sso.classlink.oneroster.client.PageBuffer.Mark;
import io.github.k12sso.classlink.oneroster.policy.Policy.RowRule;
import io.github.k12sso.classlink.oneroster.policy.RosterPageReader;
import io.github.k12sso.classlink.oneroster.policy.RosterPageReader.Links;
import io.github.k12sso.classlink.oneroster.policy.RosterRequest;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * The calls of one request to the roster service, within one deadline. Reads are repeated when the service is busy or out of
 * reach, after a pause that doubles and is partly chance; a page that is too heavy for it is asked for in halves.
 */
public final class OneRosterClient {

    /** For everything that one request needs, pauses included. */
    public static final Duration TOTAL = Duration.ofSeconds(30);

    static final Duration CALL = Duration.ofSeconds(20);
    static final int MAX_ATTEMPTS = 4;
    /** Pages of so many rows are not halved again. */
    static final int MIN_HALVED = 100;

    private static final Duration FIRST_PAUSE = Duration.ofMillis(250);
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final Duration RETRY_LATER = Duration.ofSeconds(5);

    private final UpstreamClient upstream;
    private final RosterCredentials credentials;
    private final Links links;
    private final long end = System.nanoTime() + TOTAL.toNanos();
    private RosterCredentials.Access access;
    private boolean replaced;

    public OneRosterClient(UpstreamClient upstream, RosterCredentials credentials, Links links) {
        this.upstream = upstream;
        this.credentials = credentials;
        this.links = links;
    }

    /**
     * What the service said about a page.
     *
     * @param rows that it sent, before any was dropped
     * @param total of the collection, {@code x-total-count}
     * @param revision of what the district shares, {@code x-perm-rev}
     */
    public record PageResult(int rows, Optional<String> total, Optional<String> revision) {}

    /** Reads a page; what passes of it is in the buffer afterwards. */
    public PageResult read(RosterRequest request, RowRule rows, PageBuffer buffer) throws RosterFailure {
        int tooHeavy = 0;
        for (int attempt = 1; ; attempt++) {
            Mark mark = buffer.mark();
            try {
                return once(request, rows, buffer);
            } catch (UpstreamFailure.Unavailable e) {
                buffer.reset(mark);
                tooHeavy += e.status() == 502 || e.status() == 504 ? 1 : 0;
                if (tooHeavy == 2 && request.limit() > MIN_HALVED) {
                    return halves(request, rows, buffer);
                }
                Duration pause = e.retryAfter().orElse(backoff(attempt));
                if (attempt == MAX_ATTEMPTS || e.notCalled() || pause.compareTo(left()) >= 0) {
                    throw unavailable(e);
                }
                LockSupport.parkNanos(pause.toNanos());
            }
        }
    }

    private static Duration backoff(int attempt) {
        long longest = FIRST_PAUSE.toMillis() << (attempt - 1);
        return Duration.ofMillis(longest / 2 + RANDOM.nextInt((int) longest / 2 + 1));
    }

    private PageResult halves(RosterRequest request, RowRule rows, PageBuffer buffer) throws RosterFailure {
        int half = request.limit() / 2;
        PageResult first = read(request.page(request.offset(), half), rows, buffer);
        if (first.rows() < half) {
            return first;
        }
        PageResult second = read(request.page(request.offset() + half, request.limit() - half), rows, buffer);
        if (!first.revision().equals(second.revision())) {
            throw new RosterFailure(
                    RosterFailure.Reason.SOURCE_CHANGED,
                    "What the district shares changed while it was read",
                    Duration.ofSeconds(1),
                    null);
        }
        return new PageResult(first.rows() + second.rows(), second.total(), second.revision());
    }

    private PageResult once(RosterRequest request, RowRule rows, PageBuffer buffer)
            throws UpstreamFailure.Unavailable, RosterFailure {
        if (access == null) {
            access = credentials.current();
        }
        Mark mark = buffer.mark();
        try {
            return call(request, rows, buffer);
        } catch (UpstreamFailure.Unavailable e) {
            throw e;
        } catch (UpstreamFailure.Refused e) {
            if (e.status() == 401 && !replaced) {
                replaced = true;
                access = credentials.replace(access).orElseThrow(credentials::rejection);
                buffer.reset(mark);
                return once(request, rows, buffer);
            }
            throw refused(e);
        } catch (UpstreamFailure | RosterPageReader.BrokenPage e) {
            throw new RosterFailure(RosterFailure.Reason.SOURCE_BROKEN, e);
        }
    }

    private PageResult call(RosterRequest request, RowRule rows, PageBuffer buffer)
            throws UpstreamFailure, RosterPageReader.BrokenPage {
        RosterPageReader page = new RosterPageReader(request, rows, links);
        Duration timeout = left().compareTo(CALL) < 0 ? left() : CALL;
        return upstream.<PageResult, RosterPageReader.BrokenPage>stream(
                Operation.ROSTER,
                access.url(request.target()),
                access.bearer(),
                timeout,
                (body, headers) -> new PageResult(
                        page.read(body, buffer::add),
                        headers.apply("x-total-count").filter(count -> count.matches("[0-9]{1,12}")),
                        headers.apply("x-perm-rev")));
    }

    private Duration left() {
        long nanos = end - System.nanoTime();
        return Duration.ofNanos(Math.max(nanos, TimeUnit.MILLISECONDS.toNanos(1)));
    }

    private RosterFailure refused(UpstreamFailure.Refused e) {
        return switch (e.status()) {
            case 401 -> credentials.rejection();
            case 403 ->
                new RosterFailure(
                        RosterFailure.Reason.DISTRICT_DISABLED,
                        "The roster service refuses access: the district does not share this with the app");
            case 404 -> new RosterFailure(RosterFailure.Reason.UNKNOWN_OBJECT, "The roster has no such object");
            case 400, 422 ->
                new RosterFailure(
                        RosterFailure.Reason.SOURCE_REFUSED_QUERY,
                        "The roster service does not take this query: a field that it cannot compare, perhaps");
            default -> new RosterFailure(RosterFailure.Reason.SOURCE_REFUSED, e);
        };
    }

    private static RosterFailure unavailable(UpstreamFailure.Unavailable e) {
        RosterFailure.Reason reason =
                switch (e.kind()) {
                    case TOO_SLOW -> RosterFailure.Reason.SOURCE_TOO_SLOW;
                    case BROKEN_OFF -> RosterFailure.Reason.SOURCE_BROKEN;
                    case NOT_REACHED, NO_PLACE, FAILING_FAST -> RosterFailure.Reason.SOURCE_UNAVAILABLE;
                    case SAID_SO ->
                        switch (e.status()) {
                            case 429 -> RosterFailure.Reason.SOURCE_BUSY;
                            case 502 -> RosterFailure.Reason.SOURCE_BROKEN;
                            case 504 -> RosterFailure.Reason.SOURCE_TOO_SLOW;
                            default -> RosterFailure.Reason.SOURCE_UNAVAILABLE;
                        };
                };
        return new RosterFailure(reason, e.getMessage(), e.retryAfter().orElse(RETRY_LATER), e);
    }
}
