package io.github.k12sso.classlink.diagnostics;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.github.k12sso.classlink.Stub;
import io.github.k12sso.classlink.http.AllowedHosts;
import io.github.k12sso.classlink.http.HostProbe;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.http.impl.client.CloseableHttpClient;
import org.apache.http.impl.client.HttpClients;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.keycloak.connections.httpclient.HttpClientProvider;
import org.keycloak.models.KeycloakSession;

/** Tests the check against canned ClassLink responses. {@code SetupCheckIT} runs it against the simulator. */
class ConnectionCheckTest {

    private static final String RSA = "{\"keys\":[{\"kty\":\"RSA\",\"use\":\"sig\",\"alg\":\"RS256\"}]}";

    private final CloseableHttpClient client = HttpClients.createDefault();
    private final Map<String, String> documents = new HashMap<>();
    private final Map<String, String> settings = new HashMap<>();
    private Duration ahead = Duration.ZERO;
    private HttpServer classLink;
    private String base;

    @BeforeEach
    void start() throws IOException {
        classLink = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        base = "http://127.0.0.1:" + classLink.getAddress().getPort();
        classLink.createContext("/", exchange -> {
            String document = documents.get(exchange.getRequestURI().getPath());
            byte[] body = document == null ? new byte[0] : document.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(document == null ? 404 : 200, body.length == 0 ? -1 : body.length);
            if (body.length > 0) {
                exchange.getResponseBody().write(body);
            }
            exchange.close();
        });
        classLink.start();
        settings.put("authorizationUrl", base + "/auth");
        settings.put("tokenUrl", base + "/token");
        settings.put("jwksUrl", base + "/jwks");
        settings.put("issuer", base);
        settings.put("userInfoUrl", base + "/info");
        documents.put("/jwks", RSA);
        documents.put("/info", "{}");
        documents.put("/.well-known/openid-configuration", """
                {"issuer": "@", "authorization_endpoint": "@/auth", "token_endpoint": "@/token", "jwks_uri": "@/jwks",
                 "scopes_supported": ["openid", "profile", "email"]}
                """.replace("@", base));
    }

    @AfterEach
    void stop() throws IOException {
        classLink.stop(0);
        client.close();
    }

    private List<String> found() {
        KeycloakSession session = Stub.of(
                KeycloakSession.class,
                Map.of(
                        "getProvider",
                        arguments -> Stub.of(HttpClientProvider.class, Map.of("getHttpClient", unused -> client))));
        return Found.by(new ConnectionCheck(
                Found.settings("127.0.0.1", settings),
                new HostProbe(session, AllowedHosts.with("127.0.0.1")),
                () -> Instant.now().plus(ahead)));
    }

    @Test
    void aWorkingConfigurationPassesEveryCheck() {
        assertThat(found()).hasSize(6).allMatch(line -> line.matches("[a-z-]+ ok: .*"));
    }

    @ParameterizedTest
    @CsvSource({"31,ok", "32,failed", "-31,ok", "-40,failed", "3600,failed"})
    void theClockMayDifferByTheAllowedSkewPlusOneSecond(int seconds, String status) {
        ahead = Duration.ofSeconds(seconds).plusMillis(seconds > 0 ? 0 : 900);
        assertThat(found()).anyMatch(line -> line.startsWith("clock " + status));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"keys\":[]}",
                "{}",
                "[]",
                "{\"keys\":[{\"kty\":\"EC\",\"alg\":\"ES256\"}]}",
                "{\"keys\":[{\"kty\":\"RSA\",\"use\":\"enc\"}]}",
                "{\"keys\":[{\"kty\":\"RSA\",\"alg\":\"RS512\"}]}"
            })
    void aKeyForRs256IsRequired(String keys) {
        documents.put("/jwks", keys);
        assertThat(found()).anyMatch(line -> line.startsWith("signing-keys failed"));
    }

    @Test
    void withoutAnIdTokenNoKeysAreRequired() {
        settings.put("requireIdToken", "false");
        documents.remove("/jwks");
        assertThat(found()).noneMatch(line -> line.startsWith("signing-keys"));
    }

    @Test
    void aDisallowedHostIsReportedAndNotCalled() {
        settings.put("tokenUrl", "https://evil.example/token");
        assertThat(found()).anyMatch(line -> line.startsWith("host failed") && line.contains("evil.example"));
    }

    @Test
    void anInvalidUrlIsReported() {
        settings.put("tokenUrl", "not a url");
        assertThat(found()).anyMatch(line -> line.startsWith("host failed: tokenUrl is not a valid URL"));
    }

    @Test
    void everyDifferenceFromDiscoveryIsReported() {
        settings.put("tokenUrl", base + "/old");
        settings.put("issuer", base + "/");
        assertThat(found())
                .anyMatch(line -> line.startsWith("discovery warning")
                        && line.contains("tokenUrl is " + base + "/old")
                        && !line.contains("issuer is"));
    }
}
