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

/** Receives Keycloak's spans with OTLP over HTTP and searches them for secrets. Stores none. */
final class TraceCollector implements AutoCloseable {

    private static final String GIVEN_UP = "io.vertx.core.http.HttpClosedException";

    /** Number of characters, slightly less than the attributes of a span. */
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

    /** Runtime options of {@code kc.sh}. */
    List<String> options() {
        return List.of(
                "--tracing-protocol=http/protobuf",
                "--tracing-compression=none",
                "--tracing-endpoint=http://localhost:" + server.getAddress().getPort());
    }

    /** Protobuf stores strings as plain UTF-8. */
    private void take(HttpExchange exchange) throws IOException {
        try (exchange) {
            String spans = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            search.spans(spans, secret -> belongsToAnAbortedRequest(spans, secret.text()));
            exchange.sendResponseHeaders(200, -1);
        }
    }

    /**
     * If the browser aborts the request, the span ends before the request starts and says so near every occurrence of the
     * secret. Any other occurrence is a finding.
     */
    private static boolean belongsToAnAbortedRequest(String spans, String secret) {
        int at = spans.indexOf(secret);
        if (at < 0) {
            return false; // another encoded form does not come from the request's query
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
