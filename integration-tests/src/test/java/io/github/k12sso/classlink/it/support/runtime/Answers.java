package io.github.k12sso.classlink.it.support.runtime;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.rnorth.ducttape.unreliables.Unreliables;
import org.testcontainers.containers.ContainerLaunchException;
import org.testcontainers.containers.wait.strategy.AbstractWaitStrategy;

/** Waits for status 200 at a URL. Testcontainers' own strategy needs published ports, which host networking does not have. */
final class Answers extends AbstractWaitStrategy {

    private static final Duration POLL_TIMEOUT = Duration.ofSeconds(5);

    private final HttpClient client =
            HttpClient.newBuilder().connectTimeout(POLL_TIMEOUT).build();
    private final HttpRequest request;

    Answers(URI address) {
        this.request = HttpRequest.newBuilder(address).timeout(POLL_TIMEOUT).build();
    }

    @Override
    protected void waitUntilReady() {
        Unreliables.retryUntilTrue(
                (int) startupTimeout.toSeconds(),
                TimeUnit.SECONDS,
                () -> getRateLimiter().getWhenReady(() -> hasEnded() || isReady()));
        if (hasEnded()) {
            throw new ContainerLaunchException("Keycloak stopped before it responded at " + request.uri());
        }
    }

    private boolean hasEnded() {
        return !waitStrategyTarget.isRunning();
    }

    private boolean isReady() throws InterruptedException {
        try {
            return client.send(request, HttpResponse.BodyHandlers.discarding()).statusCode() == 200;
        } catch (IOException notYet) {
            return false;
        }
    }
}
