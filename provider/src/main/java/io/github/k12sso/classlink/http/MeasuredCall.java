package io.github.k12sso.classlink.http;

import java.time.Duration;
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
}
