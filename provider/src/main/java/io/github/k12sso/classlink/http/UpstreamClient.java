package io.github.k12sso.classlink.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.k12sso.classlink.http.MeasuredCall.Deadline;
import io.github.k12sso.classlink.http.Measurement.Operation;
import io.github.k12sso.classlink.http.UpstreamFailure.Unavailable.Kind;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.apache.http.NameValuePair;
import org.apache.http.client.config.CookieSpecs;
import org.apache.http.client.config.RequestConfig;
import org.apache.http.client.entity.UrlEncodedFormEntity;
import org.apache.http.client.methods.CloseableHttpResponse;
import org.apache.http.client.methods.HttpGet;
import org.apache.http.client.methods.HttpPost;
import org.apache.http.client.methods.HttpRequestBase;
import org.apache.http.message.BasicNameValuePair;
import org.keycloak.connections.httpclient.HttpClientProvider;
import org.keycloak.models.KeycloakSession;
import org.keycloak.util.BasicAuthHelper;

/**
 * The HTTP client for all calls to ClassLink: allowed hosts only, no redirects, with deadlines and size limits.
 * Failures are typed, and their messages contain no secrets.
 *
 * <p>It uses Keycloak's HTTP client (trust store, proxies, tracing, connection pool) without Keycloak's {@code
 * SimpleHttp}, which has no limit for a whole call and repeats a POST if the server is configured with {@code
 * max-retries}.
 */
public final class UpstreamClient {

    /** Timeout for TCP and TLS, and for a connection from the pool. */
    static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(3);
    /** Timeout for a whole call, from the first byte of the request to the last byte of the response. */
    static final Duration CALL_TIMEOUT = Duration.ofSeconds(10);
    /**
     * Timeout for the signing keys. Shorter because all logins of a provider wait for this call in Keycloak's key
     * cache.
     */
    static final Duration KEYS_TIMEOUT = Duration.ofSeconds(4);
    /**
     * A browser-like value, because ClassLink's firewall rejects scripts with 401
     * (docs/internals/classlink-protocol.md#id_token).
     */
    static final String USER_AGENT = "Mozilla/5.0 (compatible; keycloak-classlink)";

    /**
     * Reads a streamed response.
     *
     * @param <T> the result
     * @param <X> thrown if the content is not as expected
     */
    @FunctionalInterface
    public interface StreamReader<T, X extends Exception> {

        /**
         * Reads the response.
         *
         * @param body of a response with status 200; the caller closes it
         * @param headers returns a response header by name
         */
        T read(InputStream body, Function<String, Optional<String>> headers) throws IOException, X;
    }

    /**
     * How this server authenticates at ClassLink's token endpoint.
     *
     * @param clientId as registered in ClassLink's Partner Portal
     * @param clientSecret in plain text; kept only during the call
     * @param inHeader true for {@code client_secret_basic}, false for {@code client_secret_post}
     */
    public record ClientCredentials(String clientId, String clientSecret, boolean inHeader) {

        @Override
        public String toString() {
            return "ClientCredentials[" + clientId + "]";
        }
    }

    private final KeycloakSession session;
    private final AllowedHosts allowedHosts;
    private final Optional<Bulkheads> bulkheads;
    private final Duration callTimeout;
    private final RequestConfig requestConfig;

    /** Creates a client without circuit breakers; see {@link #within}. */
    public UpstreamClient(KeycloakSession session, AllowedHosts allowedHosts) {
        this(session, allowedHosts, CALL_TIMEOUT);
    }

    UpstreamClient(KeycloakSession session, AllowedHosts allowedHosts, Duration callTimeout) {
        this(session, allowedHosts, callTimeout, Optional.empty());
    }

    private UpstreamClient(
            KeycloakSession session, AllowedHosts allowedHosts, Duration callTimeout, Optional<Bulkheads> bulkheads) {
        this.session = session;
        this.allowedHosts = allowedHosts;
        this.bulkheads = bulkheads;
        this.callTimeout = callTimeout;
        this.requestConfig = RequestConfig.custom()
                .setConnectTimeout((int) CONNECT_TIMEOUT.toMillis())
                .setConnectionRequestTimeout((int) CONNECT_TIMEOUT.toMillis())
                .setSocketTimeout((int) callTimeout.toMillis())
                .setRedirectsEnabled(false)
                .setCookieSpec(CookieSpecs.IGNORE_COOKIES)
                .build();
    }

    /** Reads a JSON object without authorization. */
    public ObjectNode get(Operation operation, String url) throws UpstreamFailure {
        return ResponseReader.object(
                operation, ResponseReader.json(operation, call(operation, new HttpGet(allowedHosts.require(url)))));
    }

    /** Reads a JSON object with a ClassLink access token. */
    public ObjectNode get(Operation operation, String url, String accessToken) throws UpstreamFailure {
        return ResponseReader.object(operation, getJson(operation, url, accessToken));
    }

    /** Reads any JSON, for example an array, with a ClassLink access token. */
    public JsonNode getJson(Operation operation, String url, String accessToken) throws UpstreamFailure {
        HttpGet request = new HttpGet(allowedHosts.require(url));
        request.setHeader("Authorization", "Bearer " + accessToken);
        return ResponseReader.json(operation, call(operation, request));
    }

    /** Streams a large response. The timeout covers the whole call, including reading. */
    public <T, X extends Exception> T stream(
            Operation operation, String url, String authorization, Duration timeout, StreamReader<T, X> reader)
            throws UpstreamFailure, X {
        HttpGet request = new HttpGet(allowedHosts.require(url));
        request.setHeader("Authorization", authorization);
        request.setHeader("User-Agent", USER_AGENT);
        request.setHeader("Accept", "application/json");
        request.setConfig(RequestConfig.copy(requestConfig)
                .setSocketTimeout((int) timeout.toMillis())
                .build());
        try (Deadline deadline = Deadline.start(request, timeout.toMillis())) {
            return measured(operation, request)
                    .run(() -> ResponseReader.stream(
                            operation,
                            () -> session.getProvider(HttpClientProvider.class)
                                    .getHttpClient()
                                    .execute(request),
                            request,
                            deadline,
                            reader));
        }
    }

    /** Returns a client with the same limits that uses another session. */
    public UpstreamClient in(KeycloakSession other) {
        return new UpstreamClient(other, allowedHosts, callTimeout, bulkheads);
    }

    /** Returns a client with circuit breakers, for calls that block Keycloak's worker threads. */
    public UpstreamClient within(Bulkheads limits) {
        return new UpstreamClient(session, allowedHosts, callTimeout, Optional.of(limits));
    }

    /** Acquires a permit for all calls of one request; see {@link Bulkheads#enter}. */
    public Bulkheads.Place enter(Bulkheads.Group group) throws UpstreamFailure.Unavailable {
        return bulkheads.isPresent() ? bulkheads.get().enter(group) : () -> {};
    }

    private MeasuredCall measured(Operation operation, HttpRequestBase request) {
        return new MeasuredCall(session, bulkheads, operation, request.getURI(), callTimeout);
    }

    /** Returns a client with a shorter call timeout. */
    public UpstreamClient within(Duration timeout) {
        return new UpstreamClient(
                session, allowedHosts, timeout.compareTo(callTimeout) < 0 ? timeout : callTimeout, bulkheads);
    }

    /** Posts a form with client authentication, exactly once, and returns the JSON object of the response. */
    public ObjectNode post(Operation operation, String url, Map<String, String> form, ClientCredentials credentials)
            throws UpstreamFailure {
        return ResponseReader.object(
                operation, ResponseReader.json(operation, call(operation, form(url, form, credentials))));
    }

    /**
     * Posts a form with client authentication, exactly once. Only status 200 counts as success; the body is ignored.
     */
    public void send(Operation operation, String url, Map<String, String> form, ClientCredentials credentials)
            throws UpstreamFailure {
        call(operation, form(url, form, credentials));
    }

    private HttpPost form(String url, Map<String, String> form, ClientCredentials credentials)
            throws UpstreamFailure.HostNotAllowed {
        HttpPost request = new HttpPost(allowedHosts.require(url));
        List<NameValuePair> fields = new ArrayList<>();
        form.forEach((name, value) -> fields.add(new BasicNameValuePair(name, value)));
        if (credentials.inHeader()) {
            request.setHeader(
                    "Authorization",
                    BasicAuthHelper.RFC6749.createHeader(credentials.clientId(), credentials.clientSecret()));
        } else {
            fields.add(new BasicNameValuePair("client_id", credentials.clientId()));
            fields.add(new BasicNameValuePair("client_secret", credentials.clientSecret()));
        }
        request.setEntity(new SentOnce(fields));
        return request;
    }

    private byte[] call(Operation operation, HttpRequestBase request) throws UpstreamFailure {
        return measured(operation, request).run(() -> send(operation, request));
    }

    private byte[] send(Operation operation, HttpRequestBase request) throws UpstreamFailure {
        request.setConfig(requestConfig);
        request.setHeader("User-Agent", USER_AGENT);
        request.setHeader("Accept", "application/json");
        Duration timeout =
                operation == Operation.KEYS && KEYS_TIMEOUT.compareTo(callTimeout) < 0 ? KEYS_TIMEOUT : callTimeout;
        try (Deadline deadline = Deadline.start(request, timeout.toMillis())) {
            try (CloseableHttpResponse response = session.getProvider(HttpClientProvider.class)
                    .getHttpClient()
                    .execute(request)) {
                return ResponseReader.read(operation, response, request);
            } catch (IOException e) {
                throw UpstreamFailure.Unavailable.because(operation, deadline.passed(), e, Kind.NOT_REACHED);
            }
        }
    }

    /**
     * A form that the HTTP client must not repeat. With Keycloak's {@code max-retries}, Apache's client would repeat a
     * request whose response was lost, which would invalidate an authorization code or a rotating refresh token.
     */
    private static final class SentOnce extends UrlEncodedFormEntity {

        SentOnce(List<NameValuePair> fields) {
            super(fields, StandardCharsets.UTF_8);
        }

        @Override
        public boolean isRepeatable() {
            return false;
        }
    }
}
