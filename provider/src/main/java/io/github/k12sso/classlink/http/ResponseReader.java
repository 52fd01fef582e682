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

/** Reads ClassLink's responses: status, size limit, JSON; failures as types whose messages carry nothing secret. */
final class ResponseReader {

    /** Longest {@code Retry-After} that is passed on. */
    static final Duration MAX_RETRY_AFTER = Duration.ofMinutes(10);

    /** Bytes of the body of a refusal that are read. A longer one counts as one without an error code. */
    static final int MAX_ERROR_BYTES = 64 * 1024;
    /** Arrays and objects within each other. ClassLink's own documents have five at most. */
    static final int MAX_DEPTH = 64;
    /** Names, values and brackets of a document: a tree in memory takes up to forty times the bytes of its text. */
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
                    operation.label() + " answered status " + status, status, retryAfter(response));
        }
        if (status >= 400) {
            throw new UpstreamFailure.Refused(operation, status, error(operation, response.getEntity(), request));
        }
        if (status != 200) {
            throw new UpstreamFailure.Malformed(operation, "answered status " + status + " where 200 is expected");
        }
        return body(operation, response.getEntity(), request, operation.maxBytes());
    }

    /** Sends a request. */
    interface Sending {
        CloseableHttpResponse send() throws IOException;
    }

    /** Reads a long answer as it comes. */
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
                throw new UpstreamFailure.Malformed(operation, "answered nothing");
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
            throw new UpstreamFailure.Malformed(operation, "answered more than " + operation.maxBytes() + " bytes");
        } catch (IOException e) {
            throw UpstreamFailure.Unavailable.because(
                    operation, answered ? late : deadline.passed(), e, answered ? Kind.BROKEN_OFF : Kind.NOT_REACHED);
        }
    }

    static JsonNode json(Operation operation, byte[] body) throws UpstreamFailure.Malformed {
        try {
            return JSON.readTree(body);
        } catch (IOException e) {
            // Not only Jackson's own: it has the JDK's CharConversionException for bytes that are no text. Its message
            // quotes the body and stays out of the failure.
            throw new UpstreamFailure.Malformed(operation, "answered something that is not JSON");
        }
    }

    static ObjectNode object(Operation operation, JsonNode json) throws UpstreamFailure.Malformed {
        if (json instanceof ObjectNode object) {
            return object;
        }
        throw new UpstreamFailure.Malformed(operation, "answered JSON that is not an object");
    }

    private static byte[] body(Operation operation, HttpEntity entity, HttpRequestBase request, int maxBytes)
            throws UpstreamFailure.Malformed, IOException {
        if (entity == null) {
            return new byte[0];
        }
        try (InputStream content = entity.getContent()) {
            byte[] body = content.readNBytes(maxBytes + 1);
            if (body.length > maxBytes) {
                // Closing the stream would read the rest first, to give the connection back to the pool.
                request.abort();
                throw new UpstreamFailure.Malformed(operation, "answered more than " + maxBytes + " bytes");
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
            return OAuthError.UNKNOWN; // too long: the status is what counts
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
     * Throws {@link TooLong} if an answer is longer than the limit. Keycloak's {@code SafeInputStream} throws a plain {@link
     * IOException}, which cannot be told from a connection that broke.
     */
    static final class LimitedStream extends FilterInputStream {

        /** The answer is longer than the limit. */
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
