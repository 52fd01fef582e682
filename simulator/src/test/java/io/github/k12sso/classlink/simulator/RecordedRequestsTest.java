package io.github.k12sso.classlink.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.k12sso.classlink.simulator.oauth.RegisteredClient;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Requests of clients that are used with ClassLink, byte by byte. They were recorded against this simulator at
 * {@code http://localhost:9500} in November 2026, without TLS. {@code recorded-requests.txt} has the requests, with
 * placeholders for a code and a token of the persona {@code parent}. ClassLink's libraries are those of
 * github.com/classlinkinc/request-libraries at 4e886ff.
 */
class RecordedRequestsTest {
    private static final URI RECORDED_AT = URI.create("http://localhost:9500");
    private static final String CALLBACK = "http://localhost:8080/code";
    private static final Pattern BLOCK = Pattern.compile("### (.+?: .+?)(?: -> (\\S*) (.*))?\\n([\\s\\S]+)");
    private static final Pattern TIMESTAMP = Pattern.compile("oauth_timestamp=\"(\\d+)\"");

    /**
     * @param pointer JSON pointer into the response
     * @param expected the value there
     */
    record Recorded(String name, String pointer, String expected, String request) {
        @Override
        public String toString() {
            return name;
        }
    }

    private static int port;
    private static ClassLinkSimulator simulator;

    @BeforeAll
    static void start() throws IOException {
        try (ServerSocket free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
        simulator = ClassLinkSimulator.start(SimulatorSettings.builder()
                .port(port)
                .publicUrl(RECORDED_AT)
                .client(RegisteredClient.of("rec-app", "rec secret&1", List.of(CALLBACK)))
                .build());
    }

    @AfterAll
    static void stop() {
        simulator.close();
    }

    static Stream<Recorded> recordedRequestsGetTheExpectedResponse() {
        return all().filter(request -> request.pointer() != null);
    }

    static Stream<Recorded> authorizations() {
        return all().filter(request -> request.pointer() == null);
    }

    @ParameterizedTest
    @MethodSource
    void recordedRequestsGetTheExpectedResponse(Recorded recorded) {
        simulator.clock().reset();
        Matcher timestamp = TIMESTAMP.matcher(recorded.request());
        if (timestamp.find()) {
            Instant then = Instant.ofEpochSecond(Long.parseLong(timestamp.group(1)));
            simulator.clock().advance(Duration.between(Instant.now(), then));
        }

        String answer = send(recorded.request());

        assertThat(answer).startsWith("HTTP/1.1 200 ");
        assertThat(bodyOf(answer).at(recorded.pointer()).asText()).isEqualTo(recorded.expected());
    }

    @ParameterizedTest
    @MethodSource
    void authorizations(Recorded recorded) {
        String code = codeFor(recorded.request().split(" ", 3)[1]);

        JsonNode token = bodyOf(send("""
                POST /oauth2/v2/token HTTP/1.1
                Host: localhost
                Content-Type: application/x-www-form-urlencoded

                client_id=rec-app&client_secret=rec+secret%261&code=""" + code));
        JsonNode info = bodyOf(send("GET /v2/my/info HTTP/1.1\nHost: localhost\nAuthorization: Bearer "
                + token.get("access_token").textValue()));

        assertThat(info.get("DisplayName").textValue()).isEqualTo("Pia Fernwick");
    }

    private static Stream<Recorded> all() {
        try (InputStream file = RecordedRequestsTest.class.getResourceAsStream("/recorded-requests.txt")) {
            String text = new String(file.readAllBytes(), StandardCharsets.UTF_8);
            return Stream.of(text.split("\\n(?=###)", -1)).map(block -> {
                Matcher parts = BLOCK.matcher(block.strip());
                assertThat(parts.matches()).as(block).isTrue();
                return new Recorded(parts.group(1), parts.group(2), parts.group(3), parts.group(4));
            });
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Sends the request with the values of this run over a socket, because Java's client rejects URLs with {@code '} or
     * {@code >}.
     */
    private static String send(String recorded) {
        String request = recorded;
        if (request.contains("{code}")) {
            request = request.replace("{code}", newCode());
        }
        if (request.contains("{token}")) {
            request = request.replace("{token}", newToken());
        }
        String[] parts = request.split("\\n\\n", 2);
        String body = parts.length < 2 ? "" : parts[1];
        String head = parts[0] + "\nConnection: close\nContent-Length: " + body.length() + "\n\n";
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.getOutputStream().write((head.replace("\n", "\r\n") + body).getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String newCode() {
        return codeFor("/oauth2/v2/auth?client_id=rec-app&response_type=code&scope=profile&redirect_uri=" + CALLBACK);
    }

    private static String newToken() {
        String answer = send("POST /oauth2/v2/token?client_id=rec-app&client_secret=rec+secret%261&code=" + newCode()
                + " HTTP/1.1\nHost: localhost");
        return bodyOf(answer).get("access_token").textValue();
    }

    private static String codeFor(String authorization) {
        String cookie = headerOf(send("""
                POST /maplevalley/login HTTP/1.1
                Host: localhost
                Content-Type: application/x-www-form-urlencoded

                persona=parent&logincallback="""), "Set-Cookie");
        String answer = send("GET " + authorization + " HTTP/1.1\nHost: localhost\nCookie: " + cookie.split(";", 2)[0]);
        return PersonaBrowser.query(headerOf(answer, "Location")).get("code");
    }

    private static String headerOf(String answer, String name) {
        Matcher header = Pattern.compile("(?im)^" + name + ": (.*)$").matcher(answer);
        assertThat(header.find()).as(answer).isTrue();
        return header.group(1);
    }

    /** The JSON of a response, chunked or not. */
    private static JsonNode bodyOf(String answer) {
        String body = answer.substring(answer.indexOf("\r\n\r\n") + 4);
        String text = answer.contains("Transfer-Encoding: chunked")
                ? body.replaceAll("(?m)^[0-9A-Fa-f]+\r\n", "").replace("\r\n", "")
                : body;
        return RelyingParty.json(text);
    }
}
