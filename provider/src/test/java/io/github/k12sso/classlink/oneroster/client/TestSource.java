package io.github.k12sso.classlink.oneroster.client;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.github.k12sso.classlink.Stub;
import io.github.k12sso.classlink.http.AllowedHosts;
import io.github.k12sso.classlink.http.UpstreamClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.http.impl.client.CloseableHttpClient;
import org.apache.http.impl.client.HttpClients;
import org.keycloak.connections.httpclient.HttpClientProvider;
import org.keycloak.models.KeycloakSession;
import org.keycloak.tracing.NoopTracingProvider;
import org.keycloak.tracing.TracingProvider;

/** A roster service over HTTP whose responses a test defines. */
final class TestSource implements AutoCloseable {

    static {
        System.setProperty("sun.net.httpserver.nodelay", "true"); // otherwise each response takes 40 ms
    }

    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final CloseableHttpClient http =
            HttpClients.custom().disableAutomaticRetries().build();
    private final List<URI> asked = new CopyOnWriteArrayList<>();

    /** Responds to one request. */
    interface Handler {
        void answer(HttpExchange exchange) throws IOException;
    }

    private TestSource(Handler handler) throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/", exchange -> {
            asked.add(exchange.getRequestURI());
            try (exchange) {
                handler.answer(exchange);
            }
        });
        server.start();
    }

    static TestSource answering(Handler handler) {
        try {
            return new TestSource(handler);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Pagination styles. */
    enum SourcePaging {
        COUNTED,
        LINKED,
        /** Neither total nor link. */
        SILENT,
        /** A total that is too high. */
        COUNTED_WRONG,
        /** 404 past the last row, and no total. */
        NOT_FOUND_PAST_THE_END
    }

    /** A collection of students of which the service sends at most {@code most} per page. */
    static TestSource ofStudents(int size, int most, SourcePaging paging) {
        return answering(exchange -> {
            Map<String, String> query = query(exchange.getRequestURI());
            int offset = Math.min(size, Integer.parseInt(query.get("offset")));
            int end = Math.min(size, offset + Math.min(most, Integer.parseInt(query.get("limit"))));
            if (paging == SourcePaging.NOT_FOUND_PAST_THE_END && offset >= size) {
                send(exchange, 404, "{}");
                return;
            }
            switch (paging) {
                case COUNTED -> exchange.getResponseHeaders().set("X-Total-Count", String.valueOf(size));
                case COUNTED_WRONG -> exchange.getResponseHeaders().set("X-Total-Count", String.valueOf(size + 9));
                case LINKED ->
                    exchange.getResponseHeaders()
                            .set("Link", end < size ? "<http://x/y>; rel=\"next\"" : "<http://x/y>; rel=\"first\"");
                default -> {
                    // no header
                }
            }
            send(exchange, 200, rows(offset, end));
        });
    }

    static String rows(int from, int to) {
        return IntStream.range(from, to)
                .mapToObj(number -> "{\"sourcedId\":\"" + number + "\",\"role\":\"Student\"}")
                .collect(Collectors.joining(",", "{\"users\":[", "]}"));
    }

    static void send(HttpExchange exchange, int status, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
        exchange.getResponseBody().write(bytes);
    }

    private static Map<String, String> query(URI uri) {
        return Arrays.stream(uri.getQuery().split("&", -1))
                .map(pair -> pair.split("=", 2))
                .collect(Collectors.toMap(pair -> pair[0], pair -> pair[1]));
    }

    List<URI> asked() {
        return List.copyOf(asked);
    }

    String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    UpstreamClient upstream() {
        HttpClientProvider provider = Stub.of(HttpClientProvider.class, Map.of("getHttpClient", arguments -> http));
        Map<Object, Object> providers =
                Map.of(HttpClientProvider.class, provider, TracingProvider.class, new NoopTracingProvider());
        KeycloakSession session = Stub.of(
                KeycloakSession.class,
                Map.of("getProvider", arguments -> Objects.requireNonNull(providers.get(arguments[0]))));
        return new UpstreamClient(session, AllowedHosts.with("127.0.0.1"));
    }

    @Override
    public void close() throws IOException {
        server.stop(0);
        threads.shutdownNow();
        http.close();
    }
}
