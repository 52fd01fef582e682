package io.github.k12sso.classlink.http;

import io.github.k12sso.classlink.http.Measurement.Operation;
import java.time.Duration;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.apache.http.client.methods.HttpUriRequest;
import org.keycloak.models.KeycloakSession;
import org.keycloak.tracing.TracingProvider;

/** What a call costs: a measurement, and a span of Keycloak's tracing, which is nothing where tracing is off. */
final class MeasuredCall {

    private final Operation operation;
    private final TracingProvider tracing;

    MeasuredCall(KeycloakSession session, Operation operation) {
        this.tracing = session.getProvider(TracingProvider.class);
        this.operation = operation;
    }

    <T, X extends Exception> T run(Call<T, X> call) throws UpstreamFailure, X {
        long start = System.nanoTime();
        Outcome outcome = Outcome.ANSWERED;
        tracing.startSpan(UpstreamClient.class.getName(), "ClassLink " + operation.label());
        try {
            return call.execute();
        } catch (UpstreamFailure e) {
            outcome = Outcome.of(e);
            tracing.error(e);
            throw e;
        } finally {
            tracing.endSpan();
            Measurement.UPSTREAM_CALLS.record(Duration.ofNanos(System.nanoTime() - start), operation, outcome);
        }
    }

    /** How a call to ClassLink ended, for {@link Measurement#UPSTREAM_CALLS}. */
    enum Outcome {
        /** The status that was hoped for. What is in the body shows later. */
        ANSWERED,
        /** 4xx but 429. */
        REFUSED,
        /** No connection, no answer in time, 429 or 5xx. */
        UNAVAILABLE,
        /** Too large, or an unexpected status. */
        MALFORMED;

        private static Outcome of(UpstreamFailure failure) {
            // Not a switch over types: that is Java 21, and this runs on 17.
            if (failure instanceof UpstreamFailure.Refused) {
                return REFUSED;
            }
            return failure instanceof UpstreamFailure.Unavailable ? UNAVAILABLE : MALFORMED;
        }
    }

    interface Call<T, X extends Exception> {
        T execute() throws UpstreamFailure, X;
    }

    /**
     * Ends a call that takes too long as a whole. A socket time-out cannot: a server that drips one byte a second resets it
     * with every byte, and Keycloak's own brokers hang there.
     */
    static final class Deadline implements AutoCloseable {

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
}
