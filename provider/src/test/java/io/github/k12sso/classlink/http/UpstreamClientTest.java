package io.github.k12sso.classlink.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.k12sso.classlink.Stub;
import io.github.k12sso.classlink.http.Measurement.Operation;
import io.github.k12sso.classlink.http.UpstreamFailure.OAuthError;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.zip.GZIPOutputStream;
import org.apache.http.client.config.RequestConfig;
import org.apache.http.impl.client.BasicCookieStore;
import org.apache.http.impl.client.CloseableHttpClient;
import org.apache.http.impl.client.DefaultHttpRequestRetryHandler;
import org.apache.http.impl.client.HttpClientBuilder;
import org.apache.http.impl.client.HttpClients;
import org.apache.http.impl.cookie.BasicClientCookie;
import org.assertj.core.api.ThrowableAssert;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.keycloak.connections.httpclient.HttpClientProvider;
import org.keycloak.models.KeycloakSession;
import org.keycloak.tracing.NoopTracingProvider;
import org.keycloak.tracing.TracingProvider;

/** Tests responses that ClassLink or an attacker may send, with a real Apache client and real sockets. */
@Timeout(value = 20, threadMode = Timeout.ThreadMode.SEPARATE_THREAD) // a blocked socket cannot be interrupted
class UpstreamClientTest {

    private static final Duration PATIENT = Duration.ofSeconds(10);
    private static final Duration IMPATIENT = Duration.ofMillis(300);

    private static final String TOKEN = "token-c1447347559609a1421b77d9ae8a0183";
    private static final String CODE = "code-c1447346832048436a0395c74d20f9a3";
    private static final String SECRET = "secret-41d8cd98f00b204e98";
    private static final String PERSON = "Reading Student";

    private static final UpstreamClient.ClientCredentials IN_FORM =
            new UpstreamClient.ClientCredentials("my-client", SECRET, false);

    private final List<AutoCloseable> open = new ArrayList<>();

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable resource : open) {
            resource.close();
        }
    }

    @Nested
    class GivenAValidResponse {

        @Test
        void thenTheJsonObjectIsReturned() throws UpstreamFailure {
            RawServer server = opened(RawServer.answering(200, "{\"UserId\": 7, \"Name\": \"zoë\"}"));

            assertThat(profile(server).toString()).isEqualTo("{\"UserId\":7,\"Name\":\"zoë\"}");
        }

        @Test
        void thenTheRequestHasCommonHeadersAndTheToken() throws UpstreamFailure {
            RawServer server = opened(RawServer.answering(200, "{}"));

            profile(server);

            RawServer.Request request = server.onlyRequest();
            assertThat(request.line()).isEqualTo("GET /path HTTP/1.1");
            assertThat(request.headers())
                    .containsEntry("authorization", "Bearer " + TOKEN)
                    .containsEntry("accept", "application/json")
                    .containsEntry("user-agent", "Mozilla/5.0 (compatible; keycloak-classlink)")
                    .doesNotContainKey("cookie");
        }

        @Test
        void givenACallWithoutAToken_thenNoAuthorizationIsSent() throws UpstreamFailure {
            RawServer server = opened(RawServer.answering(200, "{}"));

            client(PATIENT).get(Operation.KEYS, server.url());

            assertThat(server.onlyRequest().headers())
                    .doesNotContainKey("authorization")
                    .containsEntry("user-agent", "Mozilla/5.0 (compatible; keycloak-classlink)");
        }

        @Test
        void givenATokenWithLineBreaks_thenNoHeaderIsInjected() throws UpstreamFailure {
            RawServer server = opened(RawServer.answering(200, "{}"));

            client(PATIENT).get(Operation.PROFILE, server.url(), TOKEN + "\r\nX-Smuggled: 1\r\n\r\nGET /evil HTTP/1.1");

            assertThat(server.onlyRequest().headers()).doesNotContainKey("x-smuggled");
        }

        @Test
        void givenCookiesInTheSharedClient_thenNoneAreSentOrStored() throws UpstreamFailure {
            RawServer server = opened(RawServer.answering(200, "{}", "Set-Cookie: other=1; Path=/"));
            BasicCookieStore cookies = new BasicCookieStore();
            BasicClientCookie cookie = new BasicClientCookie("session", "1");
            cookie.setDomain("127.0.0.1");
            cookie.setPath("/");
            cookies.addCookie(cookie);

            client(PATIENT, HttpClients.custom().setDefaultCookieStore(cookies))
                    .get(Operation.PROFILE, server.url(), TOKEN);

            assertThat(server.onlyRequest().headers()).doesNotContainKey("cookie");
            assertThat(cookies.getCookies()).containsExactly(cookie);
        }

        /** Rosters are streamed and never read as one object. */
        @ParameterizedTest
        @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "ROSTER")
        void givenTheLargestAllowedResponse_thenItIsRead(Operation operation) throws UpstreamFailure {
            RawServer server = opened(RawServer.answering(200, objectOf(operation.maxBytes())));

            assertThat(client(PATIENT)
                            .get(operation, server.url())
                            .path("a")
                            .textValue()
                            .length())
                    .isEqualTo(operation.maxBytes() - "{\"a\":\"\"}".length());
        }
    }

    @Nested
    class GivenAnUnusableResponse {

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "[]",
                    "[{\"UserId\": 7}]",
                    "\"text\"",
                    "17",
                    "true",
                    "null",
                    "",
                    "  ",
                    "{",
                    "{\"a\":1",
                    "{'a':1}",
                    "{} {}",
                    "{}x",
                    "<html>Reading Student</html>",
                    "Reading Student",
                    "{\"Name\": \"Reading Student\" oops}"
                })
        void givenAnythingButOneJsonObject_thenItIsMalformed(String body) {
            RawServer server = opened(RawServer.answering(200, body));

            assertThatThrownBy(() -> profile(server))
                    .isInstanceOf(UpstreamFailure.Malformed.class)
                    .hasMessageStartingWith("profile endpoint returned")
                    .hasMessageNotContaining("Reading")
                    .hasNoCause();
        }

        @Test
        void givenInvalidText_thenItIsMalformed() {
            byte[][] bodies = {
                {0, 0, (byte) 0xff, (byte) 0xfe, 0, 0, 0, 1}, // an uncommon byte order mark
                {0, 0, 0, '{', 0x7f, (byte) 0xff, (byte) 0xff, (byte) 0xff}, // UTF-32 beyond Unicode
                {'{', '"', (byte) 0xc3, '"', '}'}, // truncated UTF-8
                {'{', '"', (byte) 0xff, (byte) 0xfe, '"', '}'}
            };
            for (byte[] body : bodies) {
                RawServer server = opened(RawServer.answering(200, body));

                assertThatThrownBy(() -> profile(server))
                        .as(Arrays.toString(body))
                        .isInstanceOf(UpstreamFailure.Malformed.class);
            }
        }

        @Test
        void givenDeepNesting_thenItIsMalformed() {
            RawServer server = opened(RawServer.answering(200, "{\"a\":".repeat(10_000)));

            assertThatThrownBy(() -> profile(server)).isInstanceOf(UpstreamFailure.Malformed.class);
        }

        /** The text is small but its parsed tree would be large. */
        @Test
        void givenTooManyNodes_thenItIsMalformed() {
            String deep = "[".repeat(ResponseReader.MAX_DEPTH) + "]".repeat(ResponseReader.MAX_DEPTH);
            String wide = "[" + "[],".repeat(ResponseReader.MAX_TOKENS / 2) + "1]";
            for (String value : List.of(deep, wide)) {
                RawServer server = opened(RawServer.answering(200, "{\"a\":" + value + "}"));

                assertThatThrownBy(() -> client(PATIENT).get(Operation.APPLICATIONS, server.url()))
                        .isInstanceOf(UpstreamFailure.Malformed.class);
            }
        }

        @Test
        void givenACompressedResponseThatExpandsTooFar_thenItIsMalformed() throws IOException {
            ByteArrayOutputStream compressed = new ByteArrayOutputStream();
            try (GZIPOutputStream gzip = new GZIPOutputStream(compressed)) {
                gzip.write(objectOf(Operation.APPLICATIONS.maxBytes() + 1).getBytes(StandardCharsets.US_ASCII));
            }
            RawServer server = opened(RawServer.answering(200, compressed.toByteArray(), "Content-Encoding: gzip"));

            assertThat(compressed.size()).isLessThan(Operation.APPLICATIONS.maxBytes() / 100);
            assertThatThrownBy(() -> client(PATIENT).get(Operation.APPLICATIONS, server.url()))
                    .isInstanceOf(UpstreamFailure.Malformed.class)
                    .hasMessageContaining("returned more than");
        }

        @ParameterizedTest
        @ValueSource(ints = {201, 204, 206, 300, 304})
        void givenAnyOther2xxStatus_thenItIsMalformed(int status) {
            RawServer server = opened(RawServer.answering(status, status == 204 || status == 304 ? "" : "{}"));

            assertThatThrownBy(() -> profile(server))
                    .isInstanceOf(UpstreamFailure.Malformed.class)
                    .hasMessage("profile endpoint returned status " + status + " instead of 200");
        }

        @ParameterizedTest
        @ValueSource(ints = {301, 302, 303, 307, 308})
        void givenARedirect_thenItIsNotFollowed(int status) throws IOException {
            try (RawServer elsewhere = RawServer.answering(200, "{}")) {
                RawServer server = opened(RawServer.answering(status, "", "Location: " + elsewhere.url()));

                assertThatThrownBy(() -> profile(server))
                        .isInstanceOf(UpstreamFailure.Malformed.class)
                        .hasMessage("profile endpoint returned status " + status + " instead of 200");
                assertThat(elsewhere.requests()).isEmpty();
            }
        }

        @ParameterizedTest
        @EnumSource
        void givenOneByteTooMany_thenItIsMalformed(Operation operation) {
            RawServer server = opened(RawServer.answering(200, objectOf(operation.maxBytes() + 1)));

            assertThatThrownBy(() -> client(PATIENT).get(operation, server.url()))
                    .isInstanceOf(UpstreamFailure.Malformed.class)
                    .hasMessage(operation.label() + " returned more than " + operation.maxBytes() + " bytes");
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "HTTP/1.1 200 OK\r\n\r\n{\"a\":\"",
                    "HTTP/1.1 200 OK\r\nContent-Length: 2000000000000\r\n\r\n{\"a\":\"",
                    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n7fffffff\r\n{\"a\":\""
                })
        void givenAnEndlessBody_thenTheConnectionIsClosedEarly(String start) throws InterruptedException {
            RawServer server = opened(endless(start));
            long began = System.nanoTime();

            assertThatThrownBy(() -> profile(server))
                    .isInstanceOf(UpstreamFailure.Malformed.class)
                    .hasMessageContaining("returned more than")
                    .hasNoSuppressedExceptions();

            assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(PATIENT.dividedBy(2));
            assertThat(server.wasClosedByTheClient()).isTrue();
        }
    }

    @Nested
    class GivenA4xxResponse {

        /** Only the status matters: an error body beyond 64 KiB is not read. */
        @Test
        void givenAnEndlessErrorBody_thenItIsRejectedAndTheConnectionIsClosed() throws InterruptedException {
            RawServer server = opened(endless("HTTP/1.1 400 Bad Request\r\n\r\n{\"error\":\""));

            assertThatThrownBy(() -> client(PATIENT).get(Operation.ROSTER, server.url()))
                    .isInstanceOfSatisfying(UpstreamFailure.Refused.class, refused -> {
                        assertThat(refused.status()).isEqualTo(400);
                        assertThat(refused.error()).isEqualTo(OAuthError.UNKNOWN);
                    });
            assertThat(server.wasClosedByTheClient()).isTrue();
        }

        @Test
        void givenADeeplyNestedBody_thenItIsRejected() {
            RawServer server = opened(RawServer.answering(400, "[".repeat(ResponseReader.MAX_ERROR_BYTES)));

            assertThatThrownBy(() -> client(PATIENT).get(Operation.ROSTER, server.url()))
                    .isInstanceOf(UpstreamFailure.Refused.class);
        }

        @ParameterizedTest
        @CsvSource({
            "400,invalid_grant,INVALID_GRANT",
            "400,invalid_scope,INVALID_SCOPE",
            "401,invalid_client,INVALID_CLIENT",
            "403,access_denied,ACCESS_DENIED",
            "400,made_up_by_somebody,UNKNOWN"
        })
        void thenStatusAndErrorCodeArePassedOn(int status, String code, OAuthError error) {
            RawServer server = opened(RawServer.answering(
                    status, "{\"error\":\"" + code + "\",\"error_description\":\"" + PERSON + "\"}"));

            UpstreamFailure.Refused refused =
                    catchThrowableOfType(UpstreamFailure.Refused.class, () -> redeem(client(PATIENT), server, IN_FORM));

            assertThat(refused.status()).isEqualTo(status);
            assertThat(refused.error()).isEqualTo(error);
            assertThat(refused)
                    .hasMessage("token endpoint returned status " + status + ", error " + error.code())
                    .hasNoCause();
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "<html>Reading Student</html>",
                    "",
                    "[]",
                    "null",
                    "{\"error\":7}",
                    "{\"error\":{\"a\":1}}",
                    "{\"message\":\"Reading Student\"}"
                })
        void givenABodyWithoutAnErrorCode_thenTheErrorIsUnknown(String body) {
            RawServer server = opened(RawServer.answering(401, body));

            UpstreamFailure.Refused refused =
                    catchThrowableOfType(UpstreamFailure.Refused.class, () -> profile(server));

            assertThat(refused.status()).isEqualTo(401);
            assertThat(refused.error()).isEqualTo(OAuthError.UNKNOWN);
            assertThat(refused).hasMessage("profile endpoint returned status 401, error unknown");
        }
    }

    @Nested
    class GivenClassLinkIsUnavailable {

        @ParameterizedTest
        @ValueSource(ints = {429, 500, 502, 503, 504})
        void thenItIsUnavailable(int status) {
            RawServer server = opened(RawServer.answering(status, "<html>Reading Student</html>"));

            UpstreamFailure.Unavailable unavailable =
                    catchThrowableOfType(UpstreamFailure.Unavailable.class, () -> profile(server));

            assertThat(unavailable).hasMessage("profile endpoint returned status " + status);
            assertThat(unavailable.retryAfter()).isEmpty();
        }

        @ParameterizedTest
        @CsvSource({
            "429,0,0",
            "429,7,7",
            "503,120,120",
            "503,' 30 ',30",
            "503,600,600",
            "503,601,600",
            "503,999999999,600"
        })
        void givenRetryAfterInSeconds_thenItIsPassedOnUpToTenMinutes(int status, String header, long seconds) {
            RawServer server = opened(RawServer.answering(status, "", "Retry-After: " + header));

            assertThat(catchThrowableOfType(UpstreamFailure.Unavailable.class, () -> profile(server))
                            .retryAfter())
                    .contains(Duration.ofSeconds(seconds));
        }

        @ParameterizedTest
        @ValueSource(strings = {"Wed, 21 Oct 2026 07:28:00 GMT", "-5", "1.5", "soon", "", "99999999999999999999", "٣"})
        void givenAnInvalidRetryAfter_thenItIsIgnored(String header) {
            RawServer server = opened(RawServer.answering(503, "", "Retry-After: " + header));

            assertThat(catchThrowableOfType(UpstreamFailure.Unavailable.class, () -> profile(server))
                            .retryAfter())
                    .isEmpty();
        }

        @Test
        void givenAnEndlessErrorPage_thenItIsNotRead() throws InterruptedException {
            RawServer server = opened(endless("HTTP/1.1 503 X\r\n\r\n"));

            assertThatThrownBy(() -> profile(server)).isInstanceOf(UpstreamFailure.Unavailable.class);
            assertThat(server.wasClosedByTheClient()).isTrue();
        }

        @Test
        void givenARefusedConnection_thenItIsUnavailable() throws IOException {
            int port;
            try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
                port = socket.getLocalPort();
            }

            assertThatThrownBy(() -> client(PATIENT).get(Operation.PROFILE, "http://127.0.0.1:" + port + "/", TOKEN))
                    .isInstanceOf(UpstreamFailure.Unavailable.class)
                    .hasMessageStartingWith("profile endpoint could not be reached: ");
        }

        @Test
        void givenAConnectionReset_thenItIsUnavailable() {
            RawServer server = opened(RawServer.answering(socket -> {
                socket.setSoLinger(true, 0);
                socket.close();
            }));

            assertThatThrownBy(() -> profile(server)).isInstanceOf(UpstreamFailure.Unavailable.class);
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"UserId\": 7}",
                    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nd\r\n{\"UserId\": 7}\r\n",
                    "HTTP/1.1 200 OK\r\nContent-",
                    ""
                })
        void givenATruncatedResponse_thenItIsUnavailable(String answer) {
            RawServer server = opened(RawServer.answering(
                    socket -> socket.getOutputStream().write(answer.getBytes(StandardCharsets.US_ASCII))));

            assertThatThrownBy(() -> profile(server)).isInstanceOf(UpstreamFailure.Unavailable.class);
        }
    }

    @Nested
    class GivenASlowServer {

        @ParameterizedTest
        @CsvSource({
            "HTTP/1.1 200 OK\\r\\nContent-Length: 10000\\r\\n\\r\\n{, ' '",
            "HTTP/1.1 200 OK\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n, '1\\r\\n \\r\\n'",
            "HTTP/1.1 200 OK\\r\\n\\r\\n{, ' '",
            "HTTP/1.1 401 X\\r\\nContent-Length: 10000\\r\\n\\r\\n{, ' '",
            "HTTP/1.1 200 OK\\r\\n, 'X: y\\r\\n'"
        })
        void givenASlowBody_thenTheCallEndsAtItsDeadline(String start, String drop) throws InterruptedException {
            RawServer server = opened(RawServer.dripping(unescaped(start), unescaped(drop)));
            long began = System.nanoTime();

            assertThatThrownBy(() -> client(IMPATIENT).get(Operation.PROFILE, server.url(), TOKEN))
                    .isInstanceOf(UpstreamFailure.Unavailable.class)
                    .hasMessageStartingWith("profile endpoint did not complete its response in time: ");

            assertThat(Duration.ofNanos(System.nanoTime() - began)).isBetween(IMPATIENT, Duration.ofSeconds(5));
            assertThat(server.wasClosedByTheClient()).isTrue();
        }

        @Test
        void givenNoResponse_thenTheCallEndsAtItsDeadline() {
            RawServer server = opened(
                    RawServer.answering(socket -> socket.getInputStream().transferTo(OutputStream.nullOutputStream())));

            assertThatThrownBy(() -> client(IMPATIENT).get(Operation.PROFILE, server.url(), TOKEN))
                    .isInstanceOf(UpstreamFailure.Unavailable.class);
        }

        private String unescaped(String text) {
            return text.replace("\\r", "\r").replace("\\n", "\n");
        }
    }

    @Nested
    class WhenATokenIsRequested {

        @Test
        void givenClientSecretPost_thenTheSecretIsInTheFormOnly() throws UpstreamFailure {
            RawServer server = opened(RawServer.answering(200, "{}"));

            redeem(client(PATIENT), server, new UpstreamClient.ClientCredentials("my client", "s+cr/e=t &é%", false));

            RawServer.Request request = server.onlyRequest();
            assertThat(request.line()).isEqualTo("POST /path HTTP/1.1");
            assertThat(request.headers())
                    .doesNotContainKey("authorization")
                    .doesNotContainKey("cookie")
                    .containsEntry("content-type", "application/x-www-form-urlencoded; charset=UTF-8")
                    .containsEntry("accept", "application/json")
                    .containsEntry("user-agent", "Mozilla/5.0 (compatible; keycloak-classlink)");
            assertThat(request.body().split("&"))
                    .containsExactlyInAnyOrder(
                            "grant_type=authorization_code",
                            "code=" + CODE,
                            "client_id=my+client",
                            "client_secret=s%2Bcr%2Fe%3Dt+%26%C3%A9%25");
        }

        @Test
        void givenClientSecretBasic_thenBothPartsAreFormEncodedInTheHeaderOnly() throws UpstreamFailure {
            RawServer server = opened(RawServer.answering(200, "{}"));

            redeem(client(PATIENT), server, new UpstreamClient.ClientCredentials("my client:1", "s+cr/e=t &é%:", true));

            RawServer.Request request = server.onlyRequest();
            String header = request.headers().get("authorization");
            assertThat(header).startsWith("Basic ");
            assertThat(new String(
                            Base64.getDecoder().decode(header.substring("Basic ".length())), StandardCharsets.UTF_8))
                    .isEqualTo("my+client%3A1:s%2Bcr%2Fe%3Dt+%26%C3%A9%25%3A");
            assertThat(request.body()).doesNotContain("client_id").doesNotContain("client_secret");
        }

        @Test
        void givenALostResponseAndARetryingClient_thenTheCodeIsSentOnce() {
            RawServer server = opened(RawServer.answering(socket -> {}));
            UpstreamClient repeating = client(PATIENT, repeating());

            assertThatThrownBy(() -> redeem(repeating, server, IN_FORM))
                    .isInstanceOf(UpstreamFailure.Unavailable.class);

            assertThat(URLDecoder.decode(server.onlyRequest().body(), StandardCharsets.UTF_8))
                    .contains("code=" + CODE);
        }

        @Test
        void givenTheSameRetryingClient_thenAGetIsRepeated() {
            // Proves that the client in the test above does retry.
            RawServer server = opened(RawServer.answering(socket -> {}));

            assertThatThrownBy(() -> client(PATIENT, repeating()).get(Operation.PROFILE, server.url(), TOKEN))
                    .isInstanceOf(UpstreamFailure.Unavailable.class);

            assertThat(server.requests()).hasSize(4);
        }

        @Test
        void givenARedirectOfThePost_thenTheSecretIsNotForwarded() throws IOException {
            try (RawServer elsewhere = RawServer.answering(200, "{}")) {
                RawServer server = opened(RawServer.answering(307, "", "Location: " + elsewhere.url()));

                assertThatThrownBy(() -> redeem(client(PATIENT), server, IN_FORM))
                        .isInstanceOf(UpstreamFailure.Malformed.class);
                assertThat(elsewhere.requests()).isEmpty();
            }
        }

        private HttpClientBuilder repeating() {
            return HttpClients.custom().setRetryHandler(new DefaultHttpRequestRetryHandler(3, true));
        }
    }

    @Nested
    class GivenAServerThatNeverResponds {

        private static final Instant NOW = Instant.parse("2026-11-24T08:00:00Z");

        private final Bulkheads bulkheads = new Bulkheads(Bulkheads.Places.of(50), InstantSource.fixed(NOW));

        @Test
        void thenCallsStopAfterSeveralTimeouts() {
            RawServer server = opened(
                    RawServer.answering(socket -> socket.getInputStream().transferTo(OutputStream.nullOutputStream())));
            UpstreamClient client = client(IMPATIENT).within(bulkheads);
            for (int call = 0; call < Circuit.MAX_TIMEOUTS; call++) {
                assertThat(kindOf(() -> client.get(Operation.PROFILE, server.url(), TOKEN)))
                        .isEqualTo(UpstreamFailure.Unavailable.Kind.TOO_SLOW);
            }

            assertThat(kindOf(() -> client.get(Operation.PROFILE, server.url(), TOKEN)))
                    .isEqualTo(UpstreamFailure.Unavailable.Kind.FAILING_FAST);
        }

        @Test
        void givenInvalidResponses_thenCallsContinue() {
            RawServer server = opened(RawServer.answering(500, "no"));
            UpstreamClient client = client(PATIENT).within(bulkheads);
            for (int call = 0; call <= Circuit.MAX_TIMEOUTS; call++) {
                assertThat(kindOf(() -> client.get(Operation.PROFILE, server.url(), TOKEN)))
                        .isEqualTo(UpstreamFailure.Unavailable.Kind.SAID_SO);
            }
        }

        @Test
        void givenACallHadAlmostNoTimeLeft_thenItsTimeoutIsNotCounted() {
            RawServer server = opened(
                    RawServer.answering(socket -> socket.getInputStream().transferTo(OutputStream.nullOutputStream())));
            UpstreamClient client = client(PATIENT).within(bulkheads);
            for (int call = 0; call <= Circuit.MAX_TIMEOUTS; call++) {
                assertThat(kindOf(() -> client.stream(
                                Operation.ROSTER, server.url(), TOKEN, Duration.ofMillis(20), (body, headers) -> body)))
                        .isEqualTo(UpstreamFailure.Unavailable.Kind.TOO_SLOW);
            }
        }

        private UpstreamFailure.Unavailable.Kind kindOf(ThrowableAssert.ThrowingCallable call) {
            return catchThrowableOfType(UpstreamFailure.Unavailable.class, call).kind();
        }
    }

    @Nested
    class GivenADisallowedHost {

        @Test
        void thenNothingIsSent() {
            RawServer server = opened(RawServer.answering(200, "{}"));
            UpstreamClient client = new UpstreamClient(session(HttpClients.custom()), AllowedHosts.builtIn(), PATIENT);

            assertThatThrownBy(() -> client.get(Operation.PROFILE, server.url(), TOKEN))
                    .isInstanceOf(UpstreamFailure.HostNotAllowed.class);
            assertThatThrownBy(() -> client.get(Operation.KEYS, server.url()))
                    .isInstanceOf(UpstreamFailure.HostNotAllowed.class);
            assertThatThrownBy(() -> redeem(client, server, IN_FORM))
                    .isInstanceOf(UpstreamFailure.HostNotAllowed.class);

            assertThat(server.requests()).isEmpty();
        }
    }

    @Nested
    class WhenAFailureIsLogged {

        @ParameterizedTest
        @ValueSource(ints = {200, 302, 400, 401, 429, 500})
        void thenTheMessageContainsNoSecret(int status) {
            String echo = "{\"error\":\"" + CODE + "\",\"echo\":\"" + TOKEN + SECRET + PERSON + "\" oops";
            RawServer server = opened(RawServer.answering(status, echo, "Location: /" + CODE, "X-Echo: " + SECRET));

            assertContainsNoSecret(catchThrowableOfType(UpstreamFailure.class, () -> profile(server)));
            for (boolean inHeader : new boolean[] {true, false}) {
                assertContainsNoSecret(catchThrowableOfType(
                        UpstreamFailure.class,
                        () -> redeem(
                                client(PATIENT),
                                server,
                                new UpstreamClient.ClientCredentials("my-client", SECRET, inHeader))));
            }
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "Reading Student token-c1447347559609a1421b77d9ae8a0183\r\n\r\n",
                    "HTTP/1.1 Reading secret-41d8cd98f00b204e98\r\n\r\n",
                    "HTTP/1.1 200 OK\r\nContent-Length: secret-41d8cd98f00b204e98\r\n\r\n{",
                    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nsecret-41d8cd98f00b204e98\r\n",
                    "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 15\r\n\r\nReading Student"
                })
        void givenAResponseThatIsNotHttp_thenTheMessageDoesNotQuoteIt(String answer) {
            RawServer server = opened(RawServer.answering(
                    socket -> socket.getOutputStream().write(answer.getBytes(StandardCharsets.US_ASCII))));

            UpstreamFailure failure =
                    catchThrowableOfType(UpstreamFailure.class, () -> redeem(client(IMPATIENT), server, IN_FORM));

            assertThat(failure).isNotNull();
            assertThat(failure.toString()).doesNotContain(CODE, SECRET, TOKEN, "Reading");
        }

        @Test
        void thenCredentialsPrintWithoutTheSecret() {
            assertThat(IN_FORM.toString()).doesNotContain(SECRET).contains("my-client");
        }

        private void assertContainsNoSecret(UpstreamFailure failure) {
            StringWriter trace = new StringWriter();
            failure.printStackTrace(new PrintWriter(trace));
            assertThat(failure.getMessage()).isNotBlank();
            assertThat(trace.toString()).doesNotContain(TOKEN, CODE, SECRET, PERSON);
        }
    }

    private RawServer opened(RawServer server) {
        open.add(server);
        return server;
    }

    private static RawServer endless(String start) {
        return RawServer.answering(socket -> {
            OutputStream out = socket.getOutputStream();
            out.write(start.getBytes(StandardCharsets.US_ASCII));
            byte[] more = "x".repeat(8192).getBytes(StandardCharsets.US_ASCII);
            while (true) {
                out.write(more);
            }
        });
    }

    private static String objectOf(int bytes) {
        return "{\"a\":\"" + "x".repeat(bytes - "{\"a\":\"\"}".length()) + "\"}";
    }

    private ObjectNode profile(RawServer server) throws UpstreamFailure {
        return client(PATIENT).get(Operation.PROFILE, server.url(), TOKEN);
    }

    private static void redeem(UpstreamClient client, RawServer server, UpstreamClient.ClientCredentials credentials)
            throws UpstreamFailure {
        client.post(
                Operation.TOKEN, server.url(), Map.of("grant_type", "authorization_code", "code", CODE), credentials);
    }

    private UpstreamClient client(Duration callTimeout) {
        return client(callTimeout, HttpClients.custom().disableAutomaticRetries());
    }

    private UpstreamClient client(Duration callTimeout, HttpClientBuilder builder) {
        return new UpstreamClient(session(builder), AllowedHosts.with("127.0.0.1"), callTimeout);
    }

    /** Configured with the opposite of the required settings, so that no test passes by default. */
    private KeycloakSession session(HttpClientBuilder builder) {
        CloseableHttpClient client = builder.setDefaultRequestConfig(
                        RequestConfig.custom().setRedirectsEnabled(true).build())
                .setUserAgent("Python-urllib/3.12")
                .build();
        open.add(client);
        HttpClientProvider provider = Stub.of(HttpClientProvider.class, Map.of("getHttpClient", arguments -> client));
        Map<Object, Object> providers =
                Map.of(HttpClientProvider.class, provider, TracingProvider.class, new NoopTracingProvider());
        return Stub.of(KeycloakSession.class, Map.of("getProvider", arguments -> {
            assertThat(arguments).hasSize(1);
            return Objects.requireNonNull(providers.get(arguments[0]));
        }));
    }
}
