package io.github.k12sso.classlink.oneroster.client;

import io.github.k12sso.classlink.http.Measurement.Operation;
import io.github.k12sso.classlink.http.UpstreamClient;
import io.github.k12sso.classlink.http.UpstreamFailure;
import io.github.k12sso.classlink.oneroster.client.PageBuffer.Mark;
import io.github.k12sso.classlink.oneroster.policy.Policy.RowRule;
import io.github.k12sso.classlink.oneroster.policy.RosterPageReader;
import io.github.k12sso.classlink.oneroster.policy.RosterRequest;
import io.github.k12sso.classlink.oneroster.policy.RosterRequest.Links;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.models.utils.KeycloakModelUtils;

/**
 * Calls the roster service for one request, within one deadline. Retries with exponential backoff and jitter if the
 * service is busy or unreachable, halves pages that are too large for the service, and completes short pages with
 * further calls.
 */
public final class OneRosterClient {

    /** Time limit for a client's request, including pauses. */
    public static final Duration TOTAL = Duration.ofSeconds(30);

    static final Duration CALL = Duration.ofSeconds(20);
    static final int MAX_ATTEMPTS = 4;
    /** Minimum page size; smaller pages are not halved. */
    static final int MIN_HALVED = 100;

    private static final Duration FIRST_PAUSE = Duration.ofMillis(250);
    private static final SecureRandom RANDOM = new SecureRandom();

    private final UpstreamClient upstream;
    private final RosterCredentials credentials;
    private final Links links;
    private final RosterFailure.Silences.Source source;
    private final long end;
    private RosterCredentials.Access access;
    private boolean replaced;
    /** Current page size; reduced after the service failed on a larger page. */
    private int step = Integer.MAX_VALUE;

    /**
     * Creates a client for one request.
     *
     * @param source the state of the roster service on this node
     * @param total time limit for all calls, including pauses
     */
    public OneRosterClient(
            UpstreamClient upstream,
            RosterCredentials credentials,
            Links links,
            RosterFailure.Silences.Source source,
            Duration total) {
        this(upstream, credentials, links, source, System.nanoTime() + total.toNanos());
    }

    private OneRosterClient(
            UpstreamClient upstream,
            RosterCredentials credentials,
            Links links,
            RosterFailure.Silences.Source source,
            long end) {
        this.upstream = upstream;
        this.credentials = credentials;
        this.links = links;
        this.source = source;
        this.end = end;
    }

    /**
     * Returns a list reader. Other threads get their own session and links, the same deadline, and the current access,
     * which they cannot replace because the session and credentials belong to the request's thread.
     */
    public SourceLists.Source reader(KeycloakSessionFactory factory, Supplier<Links> links) {
        return new SourceLists.Source() {
            @Override
            public PageResult read(RosterRequest request, RowRule rows) throws RosterFailure {
                try (PageBuffer nothing = new PageBuffer()) {
                    return OneRosterClient.this.read(request, rows, nothing);
                }
            }

            @Override
            public Runnable elsewhere(Consumer<SourceLists.Source> work) throws RosterFailure {
                access = access == null ? credentials.current() : access;
                RosterCredentials fixed = RosterCredentials.fixed(access, credentials.rejection());
                return () -> KeycloakModelUtils.runJobInTransaction(factory, session -> {
                    UpstreamClient other = upstream.in(session);
                    work.accept(new OneRosterClient(other, fixed, links.get(), source, end).reader(factory, links));
                });
            }
        };
    }

    /**
     * The metadata of a page.
     *
     * @param rows number of received rows, before filtering
     * @param total size of the collection ({@code x-total-count}), if consistent with the received rows
     * @param revision of the district's permissions ({@code x-perm-rev})
     * @param counted whether the service sends {@code x-count}
     * @param more whether more rows may follow
     */
    public record PageResult(
            int rows, Optional<String> total, Optional<String> revision, boolean counted, boolean more) {}

    /**
     * Reads a page into the buffer, in as many calls as the service needs. A short response is the last one only if its
     * count or {@code Link} header says so, or the next response is empty.
     *
     * @throws RosterFailure also if only a part of the rows can be read; a page is never truncated
     */
    public PageResult read(RosterRequest request, RowRule rows, PageBuffer buffer) throws RosterFailure {
        PageParts parts = new PageParts(request.offset(), request.limit());
        if (request.isSingle()) {
            parts.add(attempt(request, rows, buffer));
            return parts.result(false);
        }
        while (parts.isIncomplete()) {
            int limit = Math.min(step, request.limit() - parts.rows());
            requireTime(request, parts);
            Mark mark = buffer.mark();
            PageParts.Part next =
                    part(request.page(request.offset() + parts.rows(), limit), parts.rows(), rows, buffer);
            if (!request.isWholeCollection() && parts.isAllAgain(next)) {
                buffer.reset(mark);
                next = PageParts.Part.EMPTY;
            }
            parts.add(next);
        }
        return parts.result(true);
    }

    private void requireTime(RosterRequest request, PageParts parts) throws RosterFailure {
        if (parts.rows() > 0 && System.nanoTime() >= end) {
            throw new RosterFailure(
                    RosterFailure.Reason.SOURCE_TOO_SLOW,
                    "The roster service returns " + parts.largest() + " rows per response, and " + request.limit()
                            + " rows did not arrive in time. Use a smaller limit");
        }
    }

    /** Handles services that return 404 instead of an empty page. */
    private PageParts.Part part(RosterRequest request, int before, RowRule rows, PageBuffer buffer)
            throws RosterFailure {
        try {
            return attempt(request, rows, buffer);
        } catch (RosterFailure e) {
            if (e.reason() != RosterFailure.Reason.UNKNOWN_OBJECT || request.offset() == 0) {
                throw e;
            }
            if (before == 0 && !request.isWholeCollection()) {
                try (PageBuffer nothing = new PageBuffer()) {
                    attempt(request.page(0, 1), row -> Optional.empty(), nothing); // fails if the parent does not exist
                }
            }
            return PageParts.Part.EMPTY;
        }
    }

    private PageParts.Part attempt(RosterRequest request, RowRule rows, PageBuffer buffer) throws RosterFailure {
        source.require();
        int tooHeavy = 0;
        for (int attempt = 1; ; attempt++) {
            Mark mark = buffer.mark();
            long began = System.nanoTime();
            try {
                PageParts.Part part = once(request, rows, buffer);
                source.answered();
                return part;
            } catch (UpstreamFailure.Unavailable e) {
                buffer.reset(mark);
                source.failed(e, Duration.ofNanos(System.nanoTime() - began));
                if (e.status() == 501) {
                    throw RosterFailure.unsupported();
                }
                tooHeavy += e.status() == 502 || e.status() == 504 ? 1 : 0;
                if (tooHeavy == 2 && !request.isSingle() && request.limit() > MIN_HALVED) {
                    step = request.limit() / 2;
                    return attempt(request.page(request.offset(), step), rows, buffer);
                }
                Duration pause = e.retryAfter().orElse(backoff(attempt));
                if (attempt == MAX_ATTEMPTS || pause.compareTo(left()) >= 0) {
                    throw RosterFailure.of(e);
                }
                LockSupport.parkNanos(pause.toNanos());
            }
        }
    }

    private static Duration backoff(int attempt) {
        long longest = FIRST_PAUSE.toMillis() << (attempt - 1);
        return Duration.ofMillis(longest / 2 + RANDOM.nextInt((int) longest / 2 + 1));
    }

    private PageParts.Part once(RosterRequest request, RowRule rows, PageBuffer buffer)
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
            throw e.status() == 401 ? credentials.rejection() : RosterFailure.of(e);
        } catch (UpstreamFailure.HostNotAllowed e) {
            throw new RosterFailure(RosterFailure.Reason.CONFIGURATION, "The roster service URL " + e.getMessage());
        } catch (UpstreamFailure | RosterPageReader.BrokenPage e) {
            throw new RosterFailure(RosterFailure.Reason.SOURCE_BROKEN, e);
        } catch (PageBuffer.TooLarge e) {
            throw e.failure();
        }
    }

    private PageParts.Part call(RosterRequest request, RowRule rows, PageBuffer buffer)
            throws UpstreamFailure, RosterPageReader.BrokenPage {
        RosterPageReader page = new RosterPageReader(request, rows, links);
        Duration timeout = left().compareTo(CALL) < 0 ? left() : CALL;
        String url = access.url(request.target());
        return upstream.<PageParts.Part, RosterPageReader.BrokenPage>stream(
                Operation.ROSTER,
                url,
                access.authorization(url),
                timeout,
                (body, headers) ->
                        PageParts.Part.of(page.read(body, buffer::add), request.limit(), page.firstId(), headers));
    }

    private Duration left() {
        long nanos = end - System.nanoTime();
        return Duration.ofNanos(Math.max(nanos, TimeUnit.MILLISECONDS.toNanos(1)));
    }
}
