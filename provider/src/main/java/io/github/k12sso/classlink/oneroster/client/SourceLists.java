package io.github.k12sso.classlink.oneroster.client;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Ticker;
import io.github.k12sso.classlink.http.MeasuredSeries;
import io.github.k12sso.classlink.http.Measurement;
import io.github.k12sso.classlink.oneroster.client.Listing.Answer;
import io.github.k12sso.classlink.oneroster.client.OneRosterClient.PageResult;
import io.github.k12sso.classlink.oneroster.client.RosterFailure.Reason;
import io.github.k12sso.classlink.oneroster.policy.Memberships.Row;
import io.github.k12sso.classlink.oneroster.policy.Policy.RowRule;
import io.github.k12sso.classlink.oneroster.policy.RosterRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jboss.logging.Logger;

/**
 * Reads the lists that a user's request needs: each completely, several in parallel, cached for a minute. A list over
 * the limits is a failure and is never truncated.
 */
public final class SourceLists {

    /** Maximum bytes of all rows of one request. */
    static final int MAX_BYTES = 8 * 1024 * 1024;
    /** Maximum parallel reads of one request. */
    static final int PARALLEL = 6;

    private static final Logger LOG = Logger.getLogger(SourceLists.class);
    /** Maximum parallel reads of all requests of this node, in addition to the requests' own threads. */
    private static final int MAX_THREADS = 20;

    private static final ThreadPoolExecutor THREADS = threads();

    private final Source source;
    private final Known known;
    private final String owner;
    private final Map<String, Answer> answers = new ConcurrentHashMap<>();
    private final AtomicLong bytesLeft = new AtomicLong(MAX_BYTES);

    /**
     * Creates the lists of one request.
     *
     * @param known the cache of this node
     * @param owner cache key of the user and source; other users never get these rows
     */
    public SourceLists(Source source, Known known, String owner) {
        this.source = source;
        this.known = known;
        this.owner = owner;
    }

    /** Reads from the roster service in one thread. */
    public interface Source {

        /** Reads a page or an object. */
        PageResult read(RosterRequest request, RowRule rows) throws RosterFailure;

        /** Prepares work for another thread, with a separate source. Call it in the request's thread. */
        Runnable elsewhere(Consumer<Source> work) throws RosterFailure;
    }

    /** Returns whether all listings are cached. */
    boolean know(Collection<Listing> listings) {
        return listings.stream().allMatch(listing -> find(listing).isPresent());
    }

    /** Returns the listings and reads those that are not cached. */
    Map<Listing, Answer> read(Collection<Listing> listings) throws RosterFailure {
        Deque<Listing> open = new ConcurrentLinkedDeque<>();
        Map<String, Listing> distinct = new TreeMap<>();
        listings.forEach(listing -> distinct.put(listing.target(), listing));
        for (Listing listing : distinct.values()) {
            Optional<Answer> found = find(listing);
            if (found.isPresent()) {
                keep(listing, found.get());
            } else {
                open.add(listing);
            }
        }
        if (!open.isEmpty()) {
            readOpen(open);
        }
        Map<Listing, Answer> all = new HashMap<>();
        for (Listing listing : listings) {
            all.put(listing, answers.get(listing.target()));
        }
        return all;
    }

    /** Returns the existing objects with these IDs, of types that every user can read. */
    public List<Row> objects(String collection, Collection<String> ids) throws RosterFailure {
        List<Listing> listings =
                ids.stream().flatMap(id -> Listing.of(collection, id).stream()).toList();
        return read(listings).values().stream()
                .flatMap(answer -> answer.rows().stream())
                .toList();
    }

    private Optional<Answer> find(Listing listing) {
        Answer ofRequest = answers.get(listing.target());
        return ofRequest != null ? Optional.of(ofRequest) : known.find(owner + "\n" + listing.target());
    }

    private void keep(Listing listing, Answer answer) throws RosterFailure {
        if (answers.put(listing.target(), answer) == null && bytesLeft.addAndGet(-answer.size()) < 0) {
            throw new RosterFailure(
                    Reason.SOURCE_BROKEN, "The roster has more than " + MAX_BYTES + " bytes for one user");
        }
    }

    /**
     * Reads in the request's thread and in helper threads. A failed read of a helper is retried in the request's
     * thread, which can replace a bearer token and report a failure.
     */
    private void readOpen(Deque<Listing> open) throws RosterFailure {
        List<Future<?>> helpers = new ArrayList<>();
        try {
            start(helpers, open);
            do {
                for (Listing next = open.poll(); next != null; next = open.poll()) {
                    readAndKeep(next, source);
                }
                await(helpers);
            } while (!open.isEmpty());
        } finally {
            open.clear();
        }
    }

    private void start(List<Future<?>> helpers, Deque<Listing> open) throws RosterFailure {
        int wanted = Math.min(PARALLEL, open.size()) - 1;
        try {
            while (helpers.size() < wanted) {
                helpers.add(THREADS.submit(source.elsewhere(other -> help(open, other))));
            }
        } catch (RejectedExecutionException e) {
            LOG.debug("No free roster threads: the request reads with fewer threads");
        }
    }

    private void help(Deque<Listing> open, Source other) {
        for (Listing next = open.poll(); next != null; next = open.poll()) {
            try {
                readAndKeep(next, other);
            } catch (RosterFailure | RuntimeException e) {
                open.addFirst(next);
                return;
            }
        }
    }

    private static void await(List<Future<?>> helpers) throws RosterFailure {
        for (Future<?> helper : helpers) {
            try {
                helper.get();
            } catch (ExecutionException e) {
                LOG.debug(
                        "A roster thread failed; the request's thread reads the rest",
                        e); // the request's thread reads the rest
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new RosterFailure(Reason.UNEXPECTED, "This server is stopping");
            }
        }
    }

    private void readAndKeep(Listing listing, Source from) throws RosterFailure {
        Answer answer = listing.readToEnd(from, bytesLeft);
        answers.put(listing.target(), answer);
        known.put(owner + "\n" + listing.target(), answer);
    }

    private static ThreadPoolExecutor threads() {
        return new ThreadPoolExecutor(0, MAX_THREADS, 10, TimeUnit.SECONDS, new SynchronousQueue<>(), task -> {
            Thread thread = new Thread(task, "classlink-roster");
            thread.setDaemon(true);
            return thread;
        });
    }

    /** The cached lists of this node, for one minute. The size is limited in bytes because rows can have any length. */
    public static final class Known {

        static final Duration TTL = Duration.ofSeconds(60);
        static final int MAX_BYTES = 32 * 1024 * 1024;

        private final Cache<String, Answer> lists;

        /** @param ticker the node's clock */
        public Known(Ticker ticker) {
            this(ticker, MAX_BYTES);
            MeasuredSeries.declare(Measurement.ROSTER_CACHE, Lookup.values());
        }

        private Known(Ticker ticker, int bytes) {
            this.lists = Caffeine.newBuilder()
                    .expireAfterWrite(TTL)
                    .maximumWeight(bytes)
                    .weigher((String key, Answer answer) -> 2 * key.length() + answer.size())
                    .ticker(ticker)
                    .executor(Runnable::run)
                    .build();
        }

        /** Returns a cache that stores nothing, for data that must be current. */
        public static Known nothing() {
            return new Known(Ticker.disabledTicker(), 0);
        }

        private enum Lookup {
            MEMBERSHIPS_HIT,
            MEMBERSHIPS_MISS
        }

        private Optional<Answer> find(String key) {
            Optional<Answer> answer = Optional.ofNullable(lists.getIfPresent(key));
            Measurement.ROSTER_CACHE.count(answer.isPresent() ? Lookup.MEMBERSHIPS_HIT : Lookup.MEMBERSHIPS_MISS);
            return answer;
        }

        private void put(String key, Answer answer) {
            lists.put(key, answer);
        }
    }
}
