package io.github.k12sso.classlink.http;

import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.apache.http.client.methods.HttpUriRequest;

/**
 * Ends a call that takes too long as a whole. A socket time-out cannot: a server that drips one byte a second resets it
 * with every byte, and Keycloak's own brokers hang there.
 */
final class Deadline implements AutoCloseable {

    /** One daemon thread for the whole server; it only ever calls {@code abort()}, which closes a socket. */
    private static final ScheduledThreadPoolExecutor WATCH = watch();

    private final HttpUriRequest request;
    private final ScheduledFuture<?> abort;

    private Deadline(HttpUriRequest request, ScheduledFuture<?> abort) {
        this.request = request;
        this.abort = abort;
    }

    static Deadline start(HttpUriRequest request, long millis) {
        return new Deadline(request, WATCH.schedule(request::abort, millis, TimeUnit.MILLISECONDS));
    }

    boolean passed() {
        return request.isAborted();
    }

    @Override
    public void close() {
        abort.cancel(false);
    }

    private static ScheduledThreadPoolExecutor watch() {
        ScheduledThreadPoolExecutor executor = new ScheduledThreadPoolExecutor(1, task -> {
            Thread thread = new Thread(task, "classlink-deadlines");
            thread.setDaemon(true);
            return thread;
        });
        executor.setRemoveOnCancelPolicy(true);
        return executor;
    }
}
