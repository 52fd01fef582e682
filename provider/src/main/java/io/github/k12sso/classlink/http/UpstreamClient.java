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
 * Every HTTP call to ClassLink goes through here: allowed hosts only, redirects off, deadlines and size limits on, and
 * failures as types whose messages carry nothing secret.
 *
 * <p>It uses Keycloak's own HTTP client (trust store, proxies, tracing, connection pool), but not Keycloak's
 * {@code SimpleHttp} around it, which has no limit for a call as a whole and repeats a POST when the server is configured
 * with {@code max-retries}.
 */
public final class UpstreamClient {

    /** Time for TCP and TLS, and for a connection of the pool to come free, each. */
    static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(3);
    /** Time for a whole call, from the request's first byte to the answer's last. */
    static final Duration CALL_TIMEOUT = Duration.ofSeconds(10);
    /** For the signing keys: in Keycloak's cache of keys all logins of a provider wait for one call, this one. */
    static final Duration KEYS_TIMEOUT = Duration.ofSeconds(4);
    /** ClassLink's firewall answers 401 to scripts (docs/internals/classlink-protocol.md#id_token), so look ordinary. */
    static final String USER_AGENT = "Mozilla/5.0 (compatible; keycloak-classlink)";

    /**
     * Reads a long answer as it comes.
     *
     * @param <T> what it makes of it
     * @param <X> when it is not what was wanted
     */
    @FunctionalInterface
    public interface StreamReader<T, X extends Exception> {

        /**
         * Reads the answer.
         *
         * @param body of an answer with status 200; need not be closed
         * @param headers the answer's, by name
         */
        T read(InputStream body, Function<String, Optional<String>> headers) throws IOException, X;
    }

    /**
     * How this server authenticates at ClassLink's token endpoint.
     *
     * @param clientId as registered in ClassLink's Partner Portal
     * @param clientSecret in clear; lives no longer than the call
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

    /** For calls that are always made; see {@link #within}. */
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
    }

    private static RequestConfig requestConfig(Duration timeout) {
        return RequestConfig.custom()
                .setConnectTimeout((int) CONNECT_TIMEOUT.toMillis())
                .setConnectionRequestTimeout((int) CONNECT_TIMEOUT.toMillis())
                .setSocketTimeout((int) timeout.toMillis())
                .setRedirectsEnabled(false)
                .setCookieSpec(CookieSpecs.IGNORE_COOKIES)
                .build();
    }

    /** Reads a JSON object that needs no authorization. */
    public ObjectNode get(Operation operation, String url) throws UpstreamFailure {
        return ResponseReader.object(
                operation, ResponseReader.json(operation, call(operation, new HttpGet(allowedHosts.require(url)))));
    }

    /** Reads a JSON object with a ClassLink access token. */
    public ObjectNode get(Operation operation, String url, String accessToken) throws UpstreamFailure {
        return ResponseReader.object(operation, getJson(operation, url, accessToken));
    }

    /** Reads whatever JSON there is, an array say, with a ClassLink access token. */
    public JsonNode getJson(Operation operation, String url, String accessToken) throws UpstreamFailure {
        HttpGet request = new HttpGet(allowedHosts.require(url));
        request.setHeader("Authorization", "Bearer " + accessToken);
        return ResponseReader.json(operation, call(operation, request));
    }

    /** Reads a long answer as it comes; the timeout is for the call as a whole, reading included. */
    public <T, X extends Exception> T stream(
            Operation operation, String url, String authorization, Duration timeout, StreamReader<T, X> reader)
            throws UpstreamFailure, X {
        HttpGet request = new HttpGet(allowedHosts.require(url));
        request.setHeader("Authorization", authorization);
        request.setHeader("User-Agent", USER_AGENT);
        request.setHeader("Accept", "application/json");
        request.setConfig(requestConfig(timeout));
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

    /** The same limits, with the HTTP client of another session. */
    public UpstreamClient in(KeycloakSession other) {
        return new UpstreamClient(other, allowedHosts, callTimeout, bulkheads);
    }

    /** The same, for calls that threads of Keycloak wait for. */
    public UpstreamClient within(Bulkheads limits) {
        return new UpstreamClient(session, allowedHosts, callTimeout, Optional.of(limits));
    }

    /** A place to wait for ClassLink, for all calls of one request: see {@link Bulkheads#enter}. */
    public Bulkheads.Place enter(Bulkheads.Group group) throws UpstreamFailure.Unavailable {
        return bulkheads.isPresent() ? bulkheads.get().enter(group) : () -> {};
    }

    private MeasuredCall measured(Operation operation, HttpRequestBase request) {
        return new MeasuredCall(session, bulkheads, operation, request.getURI(), callTimeout);
    }

    /** The same, but a call may take no longer than that. */
    public UpstreamClient within(Duration timeout) {
        return new UpstreamClient(
                session, allowedHosts, timeout.compareTo(callTimeout) < 0 ? timeout : callTimeout, bulkheads);
    }

    /** Posts a form with client authentication, exactly once, and reads the JSON object that comes back. */
    public ObjectNode post(Operation operation, String url, Map<String, String> form, ClientCredentials credentials)
            throws UpstreamFailure {
        return ResponseReader.object(
                operation, ResponseReader.json(operation, call(operation, form(url, form, credentials))));
    }

    /** Posts a form with client authentication, exactly once; status 200 is all the answer that counts. */
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
        request.setConfig(requestConfig(callTimeout));
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
     * A form that the HTTP client may not send a second time. With Keycloak's {@code max-retries} set, Apache's client would
     * repeat a request whose answer was lost, and so burn an authorization code or a rotating refresh token.
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
