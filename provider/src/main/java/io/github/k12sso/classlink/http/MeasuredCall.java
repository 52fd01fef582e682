package io.github.k12sso.classlink.http;

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

/** A call to ClassLink with a circuit breaker, a metric and a tracing span. Without tracing, the span does nothing. */
final class MeasuredCall {

    /** A timeout after less time is not counted: the last of several calls gets only the remaining time. */
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    private final Operation operation;
    private final TracingProvider tracing;
    private final Optional<Bulkheads> bulkheads;
    private final URI address;
    private final Duration patience;

    /**
     * Creates a call.
     *
     * @param bulkheads empty for a call without a circuit breaker
     * @param timeout usual timeout of such calls
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

    /** The outcome of a call to ClassLink, for {@link Measurement#UPSTREAM_CALLS}. */
    enum Outcome {
        /** The expected status. The body is checked later. */
        ANSWERED,
        /** 4xx except 429. */
        REFUSED,
        /** No connection, a timeout, 429 or 5xx. */
        UNAVAILABLE,
        /** The response is too large or has an unexpected status. */
        MALFORMED;

        private static Outcome of(UpstreamFailure failure) {
            // Pattern matching in switch needs Java 21; this runs on 17.
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
     * Aborts a call that exceeds its total time. A socket timeout is not enough: a server that sends one byte per
     * second resets it with each byte.
     */
    static final class Deadline implements AutoCloseable {

        /** One daemon thread per server. It only calls {@code abort()}, which closes a socket. */
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
