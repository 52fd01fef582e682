package io.github.k12sso.classlink.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.k12sso.classlink.Stub;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.apache.http.impl.client.CloseableHttpClient;
import org.apache.http.impl.client.HttpClients;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.keycloak.connections.httpclient.HttpClientProvider;
import org.keycloak.models.KeycloakSession;

/** Tests the probe over real sockets. */
@Timeout(value = 20, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class HostProbeTest {

    private static final Duration TIMEOUT = Duration.ofSeconds(5);

    private final CloseableHttpClient client = HttpClients.createDefault();
    private final HostProbe probe = new HostProbe(
            Stub.of(
                    KeycloakSession.class,
                    Map.of(
                            "getProvider",
                            arguments -> Stub.of(HttpClientProvider.class, Map.of("getHttpClient", unused -> client)))),
            AllowedHosts.with("127.0.0.1,unknown.invalid"));

    @AfterEach
    void close() throws IOException {
        client.close();
    }

    @ParameterizedTest
    @ValueSource(ints = {200, 404, 503})
    void anyStatusCountsAsAnAnswer(int status) throws Exception {
        try (RawServer server = RawServer.answering(status, "{\"keys\": []}", "Date: Tue, 15 Nov 1994 08:12:31 GMT")) {
            HostProbe.Answer answer = probe.get(server.url(), TIMEOUT);

            assertThat(answer.status()).isEqualTo(status);
            assertThat(answer.took()).isPositive().isLessThan(TIMEOUT);
            assertThat(answer.date()).contains(Instant.parse("1994-11-15T08:12:31Z"));
            assertThat(answer.json()).isPresent();
            assertThat(answer.document().isPresent()).isEqualTo(status == 200);
            assertThat(server.onlyRequest().headers()).doesNotContainKeys("authorization", "cookie");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"<html>", "[1]", "", "{\"a\":"})
    void onlyAJsonObjectIsADocument(String body) throws Exception {
        try (RawServer server = RawServer.answering(200, body, "Date: yesterday")) {
            HostProbe.Answer answer = probe.get(server.url(), TIMEOUT);

            assertThat(answer.json()).isEmpty();
            assertThat(answer.date()).isEmpty();
        }
    }

    @Test
    void anEndlessBodyIsCutOff() throws Exception {
        try (RawServer server = RawServer.answering(200, "{\"a\":\"" + "x".repeat(300 * 1024) + "\"}")) {
            assertThat(probe.get(server.url(), TIMEOUT).json()).isEmpty();
        }
    }

    @Test
    void aRedirectIsNotFollowed() throws Exception {
        try (RawServer server = RawServer.answering(302, "", "Location: http://127.0.0.1:1/")) {
            assertThat(probe.get(server.url(), TIMEOUT).status()).isEqualTo(302);
        }
    }

    @Test
    void aSlowBodyIsAbandonedAtTheDeadline() throws Exception {
        try (RawServer server = RawServer.dripping("HTTP/1.1 200 X\r\n\r\n", "x")) {
            assertThatThrownBy(() -> probe.get(server.url(), Duration.ofMillis(300)))
                    .isInstanceOf(HostProbe.NoAnswer.class)
                    .hasMessageContaining("in time");
        }
    }

    @Test
    void reportsWhyThereIsNoAnswer() throws Exception {
        int closed;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            closed = socket.getLocalPort();
        }
        assertThatThrownBy(() -> probe.get("http://127.0.0.1:" + closed + "/", TIMEOUT))
                .isInstanceOf(HostProbe.NoAnswer.class)
                .hasMessageContaining("could not be reached");
        assertThatThrownBy(() -> probe.get("http://unknown.invalid/", TIMEOUT))
                .isInstanceOf(HostProbe.NoAnswer.class)
                .hasMessageContaining("could not be resolved by this server's DNS");
    }

    @Test
    void aServerWithoutTlsIsReportedAsUntrusted() throws Exception {
        try (ServerSocket plain = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Thread answering = new Thread(() -> answerInClear(plain), "plain-server");
            answering.setDaemon(true);
            answering.start();
            assertThatThrownBy(() -> probe.get("https://127.0.0.1:" + plain.getLocalPort() + "/", TIMEOUT))
                    .isInstanceOf(HostProbe.NoAnswer.class)
                    .hasMessageContaining("TLS");
        }
    }

    private static void answerInClear(ServerSocket plain) {
        try (Socket socket = plain.accept()) {
            socket.getOutputStream().write("HTTP/1.1 400 X\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            socket.getInputStream().readAllBytes();
        } catch (IOException e) {
            // the client closed the connection
        }
    }

    @Test
    void noOtherHostIsCalled() {
        assertThatThrownBy(() -> probe.get("http://169.254.169.254/latest/meta-data", TIMEOUT))
                .isInstanceOf(UpstreamFailure.HostNotAllowed.class);
    }
}
