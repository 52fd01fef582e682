package io.github.k12sso.classlink.http;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.k12sso.classlink.http.MeasuredCall.Deadline;
import java.io.IOException;
import java.io.InputStream;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.UnknownHostException;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.Optional;
import javax.net.ssl.SSLException;
import org.apache.http.Header;
import org.apache.http.HttpEntity;
import org.apache.http.client.config.CookieSpecs;
import org.apache.http.client.config.RequestConfig;
import org.apache.http.client.methods.CloseableHttpResponse;
import org.apache.http.client.methods.HttpGet;
import org.keycloak.connections.httpclient.HttpClientProvider;
import org.keycloak.models.KeycloakSession;

/**
 * A GET without credentials for the connection check: whether a server responds, how fast, and its clock. Any status
 * counts as a response. Limits: the caller's timeout for the whole call, and {@value #MAX_BYTES} bytes of body.
 */
public final class HostProbe {

    private static final int MAX_BYTES = 256 * 1024;
    private static final ObjectMapper JSON = new ObjectMapper();

    private final KeycloakSession session;
    private final AllowedHosts allowedHosts;

    public HostProbe(KeycloakSession session, AllowedHosts allowedHosts) {
        this.session = session;
        this.allowedHosts = allowedHosts;
    }

    /**
     * The response of a server.
     *
     * @param status the HTTP status
     * @param took time until the body was read
     * @param date the {@code Date} header, if present
     * @param json the body, if it is a JSON object
     */
    public record Answer(int status, Duration took, Optional<Instant> date, Optional<ObjectNode> json) {

        /** Returns the body if the status is 200 and it is a JSON object. */
        public Optional<ObjectNode> document() {
            return status == 200 ? json : Optional.empty();
        }
    }

    /** No response was received. The message continues the sentence "The host …". */
    public static final class NoAnswer extends Exception {

        private static final long serialVersionUID = 1L;

        private NoAnswer(String message, IOException cause) {
            super(message, cause);
        }
    }

    /**
     * Sends the request.
     *
     * @param timeout for the whole call
     * @throws UpstreamFailure.HostNotAllowed if the host is not allowed
     */
    public Answer get(String url, Duration timeout) throws UpstreamFailure.HostNotAllowed, NoAnswer {
        URI address = allowedHosts.require(url);
        HttpGet request = new HttpGet(address);
        request.setHeader("User-Agent", UpstreamClient.USER_AGENT);
        request.setHeader("Accept", "application/json");
        request.setConfig(bounded((int) timeout.toMillis()));
        long start = System.nanoTime();
        try (Deadline deadline = Deadline.start(request, timeout.toMillis())) {
            try (CloseableHttpResponse response = session.getProvider(HttpClientProvider.class)
                    .getHttpClient()
                    .execute(request)) {
                Optional<ObjectNode> json = json(response.getEntity(), request);
                return new Answer(
                        response.getStatusLine().getStatusCode(),
                        Duration.ofNanos(System.nanoTime() - start),
                        date(response),
                        json);
            } catch (IOException e) {
                throw new NoAnswer(why(e, deadline.passed()), e);
            }
        }
    }

    private static RequestConfig bounded(int millis) {
        return RequestConfig.custom()
                .setConnectTimeout(millis)
                .setConnectionRequestTimeout(millis)
                .setSocketTimeout(millis)
                .setRedirectsEnabled(false)
                .setCookieSpec(CookieSpecs.IGNORE_COOKIES)
                .build();
    }

    private static Optional<ObjectNode> json(HttpEntity entity, HttpGet request) throws IOException {
        if (entity == null) {
            return Optional.empty();
        }
        byte[] body;
        try (InputStream content = entity.getContent()) {
            body = content.readNBytes(MAX_BYTES + 1);
            if (body.length > MAX_BYTES) {
                request.abort(); // close() would first read the rest
                return Optional.empty();
            }
        }
        try {
            return JSON.readTree(body) instanceof ObjectNode object ? Optional.of(object) : Optional.empty();
        } catch (IOException e) {
            return Optional.empty(); // for example, a web page
        }
    }

    private static Optional<Instant> date(CloseableHttpResponse response) {
        Header date = response.getFirstHeader("Date");
        try {
            return Optional.ofNullable(date)
                    .map(header -> DateTimeFormatter.RFC_1123_DATE_TIME.parse(header.getValue(), Instant::from));
        } catch (DateTimeParseException e) {
            return Optional.empty();
        }
    }

    private static String why(IOException e, boolean tooLate) {
        if (tooLate || e instanceof SocketTimeoutException) {
            return "did not answer in time";
        }
        if (e instanceof UnknownHostException) {
            return "could not be resolved by this server's DNS";
        }
        if (e instanceof SSLException) {
            return "was reached, but TLS failed or its certificate is not trusted";
        }
        return "could not be reached (" + e.getClass().getSimpleName() + ")";
    }
}
