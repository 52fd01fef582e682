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
 * Lists at the roster service that one person's request needs: each read to its end, several at once, and kept for a minute.
 * A list that would be longer than the bounds is a failure, and never a shorter list.
 */
public final class SourceLists {

    /** Of all rows that one request needs. */
    static final int MAX_BYTES = 8 * 1024 * 1024;
    /** Reads under way at once for one request. */
    static final int PARALLEL = 4;

    private static final Logger LOG = Logger.getLogger(SourceLists.class);
    private static final int MAX_THREADS = 12;
    private static final ThreadPoolExecutor THREADS = threads();

    private final Source source;
    private final Known known;
    private final String owner;
    private final Map<String, Answer> answers = new ConcurrentHashMap<>();
    private final AtomicLong bytesLeft = new AtomicLong(MAX_BYTES);

    /**
     * The lists of one request.
     *
     * @param known this node's
     * @param owner whose answers these are, and where they come from: nobody else gets them
     */
    public SourceLists(Source source, Known known, String owner) {
        this.source = source;
        this.known = known;
        this.owner = owner;
    }

    /** The roster service, for the thread of one request. */
    public interface Source {

        /** Reads a page or an object. */
        PageResult read(RosterRequest request, RowRule rows) throws RosterFailure;

        /** Work for another thread, which gets a source of its own. To be called in the request's thread. */
        Runnable elsewhere(Consumer<Source> work) throws RosterFailure;
    }

    /** Whether all of these are known, and nothing has to be read. */
    boolean know(Collection<Listing> listings) {
        return listings.stream().allMatch(listing -> find(listing).isPresent());
    }

    /** Reads what is not known. */
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

    /** Single objects that everybody may read, as far as the service has them. */
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
                    Reason.SOURCE_BROKEN, "The roster has more than " + MAX_BYTES + " bytes for one person");
        }
    }

    /**
     * The request's own thread reads, and others help. What fails in another thread is tried again in the request's own, which may
     * replace a bearer and report a failure.
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
            LOG.debug("The threads that help to read rosters are busy: a request reads with fewer");
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
                LOG.debug("A thread that helps to read a roster failed", e); // what it has not read is open still
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

    /** Lists as this node read them within the last minute. Bounded in bytes, because a roster's rows may have any length. */
    public static final class Known {

        static final Duration TTL = Duration.ofSeconds(60);
        static final int MAX_BYTES = 32 * 1024 * 1024;

        private final Cache<String, Answer> lists;

        /** @param ticker of the node */
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

        /** Keeps nothing: for what must be as the roster says now. */
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
