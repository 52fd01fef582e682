package io.github.k12sso.classlink.it.support;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** Takes Keycloak's spans by OTLP over HTTP and searches them for secrets. It keeps none. */
final class TraceCollector implements AutoCloseable {

    private static final String GIVEN_UP = "io.vertx.core.http.HttpClosedException";

    /** Characters, somewhat less than a span's attributes have. */
    private static final int NEAR = 700;

    private final SecretSearch search = SecretSearch.ofThisRun();
    private final ExecutorService thread = Executors.newSingleThreadExecutor(task -> {
        Thread made = new Thread(task, "trace-collector");
        made.setDaemon(true);
        return made;
    });
    private final HttpServer server;

    TraceCollector() {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.createContext("/", this::take);
        server.setExecutor(thread);
        server.start();
    }

    /** Options of {@code kc.sh} at run time. */
    List<String> options() {
        return List.of(
                "--tracing-protocol=http/protobuf",
                "--tracing-compression=none",
                "--tracing-endpoint=http://localhost:" + server.getAddress().getPort());
    }

    /** Texts stand in protobuf as they are, in UTF-8. */
    private void take(HttpExchange exchange) throws IOException {
        try (exchange) {
            String spans = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            search.spans(spans, secret -> isOfARequestGivenUp(spans, secret.text()));
            exchange.sendResponseHeaders(200, -1);
        }
    }

    /**
     * A browser that is sent elsewhere meanwhile ends the span before the request is begun: the span says so, near every place
     * where the secret is. One other place is a finding.
     */
    private static boolean isOfARequestGivenUp(String spans, String secret) {
        int at = spans.indexOf(secret);
        if (at < 0) {
            return false; // it is there in another form, and that is none of a request's own query
        }
        for (; at >= 0; at = spans.indexOf(secret, at + 1)) {
            if (!spans.substring(Math.max(0, at - NEAR), Math.min(spans.length(), at + NEAR))
                    .contains(GIVEN_UP)) {
                return false;
            }
        }
        return true;
    }

    @Override
    public void close() {
        server.stop(0);
        thread.shutdown();
    }
}
