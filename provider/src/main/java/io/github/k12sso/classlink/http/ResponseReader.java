package io.github.k12sso.classlink.http;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.k12sso.classlink.http.MeasuredCall.Deadline;
import io.github.k12sso.classlink.http.Measurement.Operation;
import io.github.k12sso.classlink.http.UpstreamFailure.OAuthError;
import io.github.k12sso.classlink.http.UpstreamFailure.Unavailable.Kind;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Optional;
import org.apache.http.Header;
import org.apache.http.HttpEntity;
import org.apache.http.client.methods.CloseableHttpResponse;
import org.apache.http.client.methods.HttpRequestBase;
import org.apache.http.util.EntityUtils;

/**
 * Reads ClassLink's responses with status checks, size limits and JSON parsing. Failures are typed, and their messages
 * contain no secrets.
 */
final class ResponseReader {

    /** Maximum {@code Retry-After} that is passed on. */
    static final Duration MAX_RETRY_AFTER = Duration.ofMinutes(10);

    /** Maximum size of an error body. A larger one counts as having no error code. */
    static final int MAX_ERROR_BYTES = 64 * 1024;
    /** Maximum nesting depth. ClassLink's documents have at most five levels. */
    static final int MAX_DEPTH = 64;
    /** Maximum number of JSON tokens: in memory, a tree takes up to forty times the size of its text. */
    static final int MAX_TOKENS = 200_000;

    private static final int MAX_NAME_LENGTH = 1_000;

    private static final ObjectMapper JSON = JsonMapper.builder(JsonFactory.builder()
                    .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(MAX_DEPTH)
                            .maxTokenCount(MAX_TOKENS)
                            .maxNameLength(MAX_NAME_LENGTH)
                            .build())
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private ResponseReader() {}

    static byte[] read(Operation operation, CloseableHttpResponse response, HttpRequestBase request)
            throws UpstreamFailure, IOException {
        int status = response.getStatusLine().getStatusCode();
        if (status == 429 || status >= 500) {
            throw new UpstreamFailure.Unavailable(
                    operation.label() + " returned status " + status, status, retryAfter(response));
        }
        if (status >= 400) {
            throw new UpstreamFailure.Refused(operation, status, error(operation, response.getEntity(), request));
        }
        if (status != 200) {
            throw new UpstreamFailure.Malformed(operation, "returned status " + status + " instead of 200");
        }
        return body(operation, response.getEntity(), request, operation.maxBytes());
    }

    /** A request to send. */
    interface Sending {
        CloseableHttpResponse send() throws IOException;
    }

    /** Streams a large response. */
    static <T, X extends Exception> T stream(
            Operation operation,
            Sending sending,
            HttpRequestBase request,
            Deadline deadline,
            UpstreamClient.StreamReader<T, X> reader)
            throws UpstreamFailure, X {
        boolean answered = false;
        boolean whole = false;
        boolean late = false;
        try (CloseableHttpResponse response = sending.send()) {
            answered = true;
            if (response.getStatusLine().getStatusCode() != 200 || response.getEntity() == null) {
                read(operation, response, request);
                throw new UpstreamFailure.Malformed(operation, "returned an empty response");
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
            throw new UpstreamFailure.Malformed(operation, "returned more than " + operation.maxBytes() + " bytes");
        } catch (IOException e) {
            throw UpstreamFailure.Unavailable.because(
                    operation, answered ? late : deadline.passed(), e, answered ? Kind.BROKEN_OFF : Kind.NOT_REACHED);
        }
    }

    static JsonNode json(Operation operation, byte[] body) throws UpstreamFailure.Malformed {
        try {
            return JSON.readTree(body);
        } catch (IOException e) {
            // Jackson also throws the JDK's CharConversionException for invalid text. Its message quotes the body, so
            // it is not included.
            throw new UpstreamFailure.Malformed(operation, "returned a response that is not JSON");
        }
    }

    static ObjectNode object(Operation operation, JsonNode json) throws UpstreamFailure.Malformed {
        if (json instanceof ObjectNode object) {
            return object;
        }
        throw new UpstreamFailure.Malformed(operation, "returned JSON that is not an object");
    }

    private static byte[] body(Operation operation, HttpEntity entity, HttpRequestBase request, int maxBytes)
            throws UpstreamFailure.Malformed, IOException {
        if (entity == null) {
            return new byte[0];
        }
        try (InputStream content = entity.getContent()) {
            byte[] body = content.readNBytes(maxBytes + 1);
            if (body.length > maxBytes) {
                // Closing the stream would first read the rest, to return the connection to the pool.
                request.abort();
                throw new UpstreamFailure.Malformed(operation, "returned more than " + maxBytes + " bytes");
            }
            EntityUtils.consume(entity);
            return body;
        }
    }

    private static OAuthError error(Operation operation, HttpEntity entity, HttpRequestBase request)
            throws IOException {
        try {
            byte[] body = body(operation, entity, request, Math.min(MAX_ERROR_BYTES, operation.maxBytes()));
            return errorIn(body);
        } catch (UpstreamFailure.Malformed e) {
            return OAuthError.UNKNOWN; // too long: only the status matters
        }
    }

    private static OAuthError errorIn(byte[] body) {
        try {
            JsonNode error = JSON.readTree(body).path("error");
            return OAuthError.of(error.textValue());
        } catch (IOException e) {
            return OAuthError.UNKNOWN; // for example, an HTML error page: only the status matters
        }
    }

    /** Reads only the form in seconds; an HTTP date would depend on ClassLink's clock. */
    private static Duration retryAfter(CloseableHttpResponse response) {
        Header header = response.getFirstHeader("Retry-After");
        if (header == null || !header.getValue().strip().matches("[0-9]{1,9}")) {
            return null;
        }
        Duration asked = Duration.ofSeconds(Long.parseLong(header.getValue().strip()));
        return asked.compareTo(MAX_RETRY_AFTER) > 0 ? MAX_RETRY_AFTER : asked;
    }

    /**
     * Throws {@link TooLong} if a response exceeds the limit. Keycloak's {@code SafeInputStream} throws a plain {@link
     * IOException}, which looks like a broken connection.
     */
    static final class LimitedStream extends FilterInputStream {

        /** The response exceeds the limit. */
        static final class TooLong extends IOException {
            private static final long serialVersionUID = 1L;
        }

        private long left;

        LimitedStream(InputStream body, long maxBytes) {
            super(body);
            this.left = maxBytes;
        }

        @Override
        public int read() throws IOException {
            int one = super.read();
            count(one < 0 ? 0 : 1);
            return one;
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
            int count = super.read(buffer, offset, length);
            count(Math.max(count, 0));
            return count;
        }

        private void count(int bytes) throws TooLong {
            left -= bytes;
            if (left < 0) {
                throw new TooLong();
            }
        }
    }
}
