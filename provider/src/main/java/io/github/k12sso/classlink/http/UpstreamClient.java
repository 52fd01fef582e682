package io.github.k12sso.classlink.http;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.SSLHandshakeException;
import org.apache.http.Header;
import org.apache.http.HttpEntity;
import org.apache.http.NameValuePair;
import org.apache.http.client.config.CookieSpecs;
import org.apache.http.client.config.RequestConfig;
import org.apache.http.client.entity.UrlEncodedFormEntity;
import org.apache.http.client.methods.CloseableHttpResponse;
import org.apache.http.client.methods.HttpGet;
import org.apache.http.client.methods.HttpPost;
import org.apache.http.client.methods.HttpRequestBase;
import org.apache.http.conn.ConnectTimeoutException;
import org.apache.http.conn.ConnectionPoolTimeoutException;
import org.apache.http.message.BasicNameValuePair;
import org.apache.http.util.EntityUtils;
import org.keycloak.connections.httpclient.HttpClientProvider;
import org.keycloak.models.KeycloakSession;
import org.keycloak.tracing.TracingProvider;
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
    /** Longest {@code Retry-After} that is passed on. */
    static final Duration MAX_RETRY_AFTER = Duration.ofMinutes(10);
    /** ClassLink's firewall answers 401 to programs that look like scripts (classlink-facts 2.6), so look ordinary. */
    static final String USER_AGENT = "Mozilla/5.0 (compatible; keycloak-classlink)";

    private static final ObjectMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private final KeycloakSession session;
    private final AllowedHosts allowedHosts;
    private final Duration callTimeout;
    private final RequestConfig requestConfig;

    public UpstreamClient(KeycloakSession session, AllowedHosts allowedHosts) {
        this(session, allowedHosts, CALL_TIMEOUT);
    }

    UpstreamClient(KeycloakSession session, AllowedHosts allowedHosts, Duration callTimeout) {
        this.session = session;
        this.allowedHosts = allowedHosts;
        this.callTimeout = callTimeout;
        this.requestConfig = RequestConfig.custom()
                .setConnectTimeout((int) CONNECT_TIMEOUT.toMillis())
                .setConnectionRequestTimeout((int) CONNECT_TIMEOUT.toMillis())
                .setSocketTimeout((int) callTimeout.toMillis())
                .setRedirectsEnabled(false)
                .setCookieSpec(CookieSpecs.IGNORE_COOKIES)
                .build();
    }

    /** Reads a JSON object that needs no authorization. */
    public ObjectNode get(Operation operation, String url) throws UpstreamFailure {
        return object(operation, json(operation, call(operation, new HttpGet(allowedHosts.require(url)))));
    }

    /** Reads a JSON object with a ClassLink access token. */
    public ObjectNode get(Operation operation, String url, String accessToken) throws UpstreamFailure {
        return object(operation, getJson(operation, url, accessToken));
    }

    /** Reads whatever JSON there is, an array say, with a ClassLink access token. */
    public JsonNode getJson(Operation operation, String url, String accessToken) throws UpstreamFailure {
        HttpGet request = new HttpGet(allowedHosts.require(url));
        request.setHeader("Authorization", "Bearer " + accessToken);
        return json(operation, call(operation, request));
    }

    /**
     * Reads a long answer as it comes.
     *
     * @param timeout for the call as a whole, reading included
     * @param <X> when the answer is not what its reader wants
     */
    public <T, X extends Exception> T stream(
            Operation operation, String url, String bearer, Duration timeout, StreamReader<T, X> reader)
            throws UpstreamFailure, X {
        HttpGet request = new HttpGet(allowedHosts.require(url));
        request.setHeader("Authorization", "Bearer " + bearer);
        request.setHeader("User-Agent", USER_AGENT);
        request.setHeader("Accept", "application/json");
        request.setConfig(RequestConfig.copy(requestConfig)
                .setSocketTimeout((int) timeout.toMillis())
                .build());
        MeasuredCall measured = new MeasuredCall(operation);
        try (Deadline deadline = Deadline.start(request, timeout.toMillis())) {
            return measured.run(() -> stream(operation, request, deadline, reader));
        }
    }

    private <T, X extends Exception> T stream(
            Operation operation, HttpGet request, Deadline deadline, StreamReader<T, X> reader)
            throws UpstreamFailure, X {
        boolean answered = false;
        boolean whole = false;
        boolean late = false;
        try (CloseableHttpResponse response =
                session.getProvider(HttpClientProvider.class).getHttpClient().execute(request)) {
            answered = true;
            if (response.getStatusLine().getStatusCode() != 200 || response.getEntity() == null) {
                read(operation, response, request);
                throw new UpstreamMalformed(operation, "answered nothing");
            }
            try {
                T result = reader.read(
                        new LimitedStream(response.getEntity().getContent(), operation.maxBytes()),
                        name -> Optional.ofNullable(response.getFirstHeader(name))
                                .map(Header::getValue));
                EntityUtils.consume(response.getEntity());
                whole = true;
                return result;
            } finally {
                late = deadline.passed();
                if (!whole) {
                    request.abort(); // closing would read the rest first
                }
            }
        } catch (LimitedStream.TooLong e) {
            throw new UpstreamMalformed(operation, "answered more than " + operation.maxBytes() + " bytes");
        } catch (IOException e) {
            throw unavailable(
                    operation,
                    answered ? late : deadline.passed(),
                    e,
                    answered ? UpstreamUnavailable.Kind.BROKEN_OFF : UpstreamUnavailable.Kind.NOT_REACHED);
        }
    }

    /** The same limits, with the HTTP client of another session. */
    public UpstreamClient in(KeycloakSession other) {
        return new UpstreamClient(other, allowedHosts, callTimeout);
    }

    /** Posts a form with client authentication, exactly once, and reads the JSON object that comes back. */
    public ObjectNode post(Operation operation, String url, Map<String, String> form, ClientCredentials credentials)
            throws UpstreamFailure {
        return object(operation, json(operation, call(operation, form(url, form, credentials))));
    }

    /** Posts a form with client authentication, exactly once; status 200 is all the answer that counts. */
    public void send(Operation operation, String url, Map<String, String> form, ClientCredentials credentials)
            throws UpstreamFailure {
        call(operation, form(url, form, credentials));
    }

    private HttpPost form(String url, Map<String, String> form, ClientCredentials credentials) throws HostNotAllowed {
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
        return new MeasuredCall(operation).run(() -> send(operation, request));
    }

    /** What a call costs: a measurement, and a span of Keycloak's tracing, which is nothing where tracing is off. */
    private final class MeasuredCall {

        private final Operation operation;
        private final TracingProvider tracing = session.getProvider(TracingProvider.class);

        private MeasuredCall(Operation operation) {
            this.operation = operation;
        }

        private <T, X extends Exception> T run(Call<T, X> call) throws UpstreamFailure, X {
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
    }

    private interface Call<T, X extends Exception> {
        T execute() throws UpstreamFailure, X;
    }

    private byte[] send(Operation operation, HttpRequestBase request) throws UpstreamFailure {
        request.setConfig(requestConfig);
        request.setHeader("User-Agent", USER_AGENT);
        request.setHeader("Accept", "application/json");
        try (Deadline deadline = Deadline.start(request, callTimeout.toMillis())) {
            try (CloseableHttpResponse response = session.getProvider(HttpClientProvider.class)
                    .getHttpClient()
                    .execute(request)) {
                return read(operation, response, request);
            } catch (IOException e) {
                throw unavailable(operation, deadline.passed(), e, UpstreamUnavailable.Kind.NOT_REACHED);
            }
        }
    }

    private static UpstreamUnavailable unavailable(
            Operation operation, boolean tooSlow, IOException e, UpstreamUnavailable.Kind otherwise) {
        String what = tooSlow
                ? "did not finish its answer in time"
                : otherwise == UpstreamUnavailable.Kind.BROKEN_OFF ? "broke off its answer" : "could not be reached";
        return new UpstreamUnavailable(
                tooSlow || e instanceof SocketTimeoutException ? UpstreamUnavailable.Kind.TOO_SLOW : otherwise,
                operation.label() + " " + what + ": " + e.getClass().getSimpleName(),
                e,
                !isBeforeSending(e));
    }

    /** There was no connection that the request could have gone through. */
    private static boolean isBeforeSending(IOException e) {
        return e instanceof ConnectException
                || e instanceof NoRouteToHostException
                || e instanceof UnknownHostException
                || e instanceof ConnectTimeoutException
                || e instanceof ConnectionPoolTimeoutException
                || e instanceof SSLHandshakeException;
    }

    private static byte[] read(Operation operation, CloseableHttpResponse response, HttpRequestBase request)
            throws UpstreamFailure, IOException {
        int status = response.getStatusLine().getStatusCode();
        if (status == 429 || status >= 500) {
            throw new UpstreamUnavailable(
                    operation.label() + " answered status " + status, status, retryAfter(response));
        }
        byte[] body = body(operation, response.getEntity(), request);
        if (status >= 400) {
            throw new UpstreamRefused(operation, status, errorIn(body));
        }
        if (status != 200) {
            throw new UpstreamMalformed(operation, "answered status " + status + " where 200 is expected");
        }
        return body;
    }

    private static JsonNode json(Operation operation, byte[] body) throws UpstreamMalformed {
        try {
            return JSON.readTree(body);
        } catch (IOException e) {
            // Not only Jackson's own: it has the JDK's CharConversionException for bytes that are no text. Its message
            // quotes the body and stays out of the failure.
            throw new UpstreamMalformed(operation, "answered something that is not JSON");
        }
    }

    private static ObjectNode object(Operation operation, JsonNode json) throws UpstreamMalformed {
        if (json instanceof ObjectNode object) {
            return object;
        }
        throw new UpstreamMalformed(operation, "answered JSON that is not an object");
    }

    private static byte[] body(Operation operation, HttpEntity entity, HttpRequestBase request)
            throws UpstreamMalformed, IOException {
        if (entity == null) {
            return new byte[0];
        }
        try (InputStream content = entity.getContent()) {
            byte[] body = content.readNBytes(operation.maxBytes() + 1);
            if (body.length > operation.maxBytes()) {
                // Closing the stream would read the rest first, to give the connection back to the pool.
                request.abort();
                throw new UpstreamMalformed(operation, "answered more than " + operation.maxBytes() + " bytes");
            }
            EntityUtils.consume(entity);
            return body;
        }
    }

    private static OAuthError errorIn(byte[] body) {
        try {
            JsonNode error = JSON.readTree(body).path("error");
            return OAuthError.of(error.textValue());
        } catch (IOException e) {
            return OAuthError.UNKNOWN; // an HTML error page, say: the status is what counts
        }
    }

    /** Only the form in seconds; an HTTP date would compare ClassLink's clock with ours. */
    private static Duration retryAfter(CloseableHttpResponse response) {
        Header header = response.getFirstHeader("Retry-After");
        if (header == null || !header.getValue().strip().matches("[0-9]{1,9}")) {
            return null;
        }
        Duration asked = Duration.ofSeconds(Long.parseLong(header.getValue().strip()));
        return asked.compareTo(MAX_RETRY_AFTER) > 0 ? MAX_RETRY_AFTER : asked;
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
