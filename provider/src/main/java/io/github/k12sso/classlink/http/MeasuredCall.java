package io.github.k12sso.classlink.http;

import io.github.k12sso.classlink.http.Bulkheads.Circuit;
import io.github.k12sso.classlink.http.Measurement.Operation;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.apache.http.client.methods.HttpUriRequest;
import org.keycloak.models.KeycloakSession;
import org.keycloak.tracing.TracingProvider;

/**
 * A call, unless {@link Bulkheads} know that nobody answers, and what it costs: a measurement, and a span of Keycloak's tracing, which is
 * nothing where tracing is off.
 */
final class MeasuredCall {

    /** A time-out after less than this says nothing about ClassLink: the last of many calls has what time the others left. */
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    private final Operation operation;
    private final TracingProvider tracing;
    private final Optional<Bulkheads> bulkheads;
    private final URI address;
    private final Duration patience;

    /**
     * A call.
     *
     * @param bulkheads empty for a call that is made in any case
     * @param timeout of most calls
     */
    MeasuredCall(
            KeycloakSession session,
            Optional<Bulkheads> bulkheads,
            Operation operation,
            URI address,
            Duration timeout) {
        this.tracing = session.getProvider(TracingProvider.class);
        this.bulkheads = bulkheads;
        this.operation = operation;
        this.address = address;
        this.patience = timeout.compareTo(PATIENCE) < 0 ? timeout : PATIENCE;
    }

    <T, X extends Exception> T run(Call<T, X> call) throws UpstreamFailure, X {
        if (bulkheads.isEmpty() || operation.failFast().isEmpty()) {
            return measured(call);
        }
        Circuit circuit = bulkheads.get().circuit(operation, address);
        Instant begun = circuit.begin(operation.failFast().get());
        long start = System.nanoTime();
        boolean silent = false;
        try {
            return measured(call);
        } catch (UpstreamFailure.Unavailable e) {
            silent = e.timedOut();
            throw e;
        } finally {
            if (!silent) {
                circuit.answered();
            } else if (System.nanoTime() - start >= patience.toNanos()) {
                circuit.timedOut(begun);
            }
        }
    }

    private <T, X extends Exception> T measured(Call<T, X> call) throws UpstreamFailure, X {
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
