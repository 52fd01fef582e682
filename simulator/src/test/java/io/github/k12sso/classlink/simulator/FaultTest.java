package io.github.k12sso.classlink.simulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.github.k12sso.classlink.simulator.fault.Fault;
import io.github.k12sso.classlink.simulator.http.Endpoint;
import io.github.k12sso.classlink.simulator.http.Json;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Every kind of fault, as a client sees it. */
class FaultTest {
    private static final String DISCOVERY = "/.well-known/openid-configuration";

    private static ClassLinkSimulator simulator;
    private static RelyingParty app;

    @BeforeAll
    static void start() {
        simulator = ClassLinkSimulator.start(SimulatorSettings.defaults());
        app = new RelyingParty(simulator);
    }

    @AfterEach
    void repair() {
        simulator.faults().clear();
    }

    @AfterAll
    static void stop() {
        simulator.close();
    }

    private static HttpResponse<String> raw(String path) throws Exception {
        return app.http().send(app.request(path).GET().build(), HttpResponse.BodyHandlers.ofString());
    }

    @Test
    void aStatusWithRetryAfterAppliesToTheNextRequests() {
        simulator
                .faults()
                .inject(Endpoint.TOKEN, Fault.status(503).retryAfter(7))
                .times(2);
        for (int i = 0; i < 2; i++) {
            HttpResponse<String> response = app.redeem("x");
            assertThat(response.statusCode()).isEqualTo(503);
            assertThat(response.headers().firstValue("Retry-After")).hasValue("7");
            assertThat(RelyingParty.json(response).get("error").asText()).isEqualTo("temporarily_unavailable");
        }
        assertThat(app.redeem("x").statusCode()).isEqualTo(400);
    }

    @Test
    void errorBodiesMatchTheEndpoint() {
        simulator.faults().inject(Endpoint.ROSTER, Fault.status(429));
        simulator.faults().inject(Endpoint.MY_INFO, Fault.status(500));
        simulator.faults().inject(Endpoint.GROUPS, Fault.status(502).body("{\"own\":1}"));

        assertThat(app.get("/ims/oneroster/v1p1/users").body()).contains("server_busy");
        assertThat(RelyingParty.json(app.get("/v2/my/info")).has("message")).isTrue();
        assertThat(app.get("/my/groups").body()).isEqualTo("{\"own\":1}");
    }

    @Test
    void faultsApplyInOrderOfInjectionUntilCleared() {
        simulator.faults().inject(Endpoint.DISCOVERY, Fault.status(500).times(1));
        simulator.faults().inject(Endpoint.DISCOVERY, Fault.status(418));

        assertThat(List.of(
                        app.get(DISCOVERY).statusCode(),
                        app.get(DISCOVERY).statusCode(),
                        app.get(DISCOVERY).statusCode()))
                .containsExactly(500, 418, 418);
        assertThat(app.get("/oauth2/v2/userinfo").statusCode()).isEqualTo(200);
        simulator.faults().clear(Endpoint.DISCOVERY);
        assertThat(app.get(DISCOVERY).statusCode()).isEqualTo(200);
    }

    @Test
    void aResetHappensBeforeTheRequestIsProcessed() {
        String code = app.codeFor("student");
        simulator.faults().inject(Endpoint.TOKEN, Fault.reset());
        assertThatThrownBy(() -> app.redeem(code)).hasCauseInstanceOf(IOException.class);
        simulator.faults().clear();
        assertThat(app.redeem(code).statusCode()).isEqualTo(200);
    }

    @Test
    void aStallEndsWithAResetBeforeTheRequestIsProcessed() {
        String code = app.codeFor("student");
        simulator.faults().inject(Endpoint.TOKEN, Fault.stall(Duration.ofMillis(200)));
        long start = System.nanoTime();
        assertThatThrownBy(() -> app.redeem(code)).hasCauseInstanceOf(IOException.class);
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThanOrEqualTo(Duration.ofMillis(200));
        simulator.faults().clear();
        assertThat(app.redeem(code).statusCode()).isEqualTo(200);
    }

    @Test
    void aLostResponseLeavesTheCodeUsed() {
        String code = app.codeFor("student");
        simulator.faults().inject(Endpoint.TOKEN, Fault.answerLost());
        assertThatThrownBy(() -> app.redeem(code)).hasCauseInstanceOf(IOException.class);
        simulator.faults().clear();
        assertThat(app.redeem(code).statusCode()).isEqualTo(400);
    }

    @Test
    void truncatedBody() {
        simulator.faults().inject(Endpoint.DISCOVERY, Fault.truncated());
        assertThatThrownBy(() -> raw(DISCOVERY)).isInstanceOf(IOException.class);
    }

    @Test
    void malformedWrongAndEmptyBodies() {
        simulator.faults().inject(Endpoint.DISCOVERY, Fault.malformedJson()).times(1);
        simulator.faults().inject(Endpoint.DISCOVERY, Fault.wrongType()).times(1);
        simulator.faults().inject(Endpoint.DISCOVERY, Fault.wrongShape()).times(1);
        simulator.faults().inject(Endpoint.DISCOVERY, Fault.empty()).times(1);

        String malformed = app.get(DISCOVERY).body();
        assertThatThrownBy(() -> Json.MAPPER.readTree(malformed)).isInstanceOf(JsonProcessingException.class);
        HttpResponse<String> html = app.get(DISCOVERY);
        assertThat(html.statusCode()).isEqualTo(200);
        assertThat(html.headers().firstValue("Content-Type")).get().asString().startsWith("text/html");
        assertThat(RelyingParty.json(app.get(DISCOVERY)).isArray()).isTrue();
        HttpResponse<String> empty = app.get(DISCOVERY);
        assertThat(empty.statusCode()).isEqualTo(200);
        assertThat(empty.body()).isEmpty();
    }

    @Test
    void oversizeBody() {
        simulator.faults().inject(Endpoint.MY_INFO, Fault.oversize(3_000_000));
        HttpResponse<String> response = app.get("/v2/my/info");
        assertThat(response.body()).hasSize(3_000_000);
        assertThat(RelyingParty.json(response).isObject()).isTrue();
    }

    @Test
    void redirect() {
        simulator.faults().inject(Endpoint.PROFILEINFO, Fault.redirect("http://169.254.169.254/"));
        HttpResponse<String> response = app.get("/v2/my/profileinfo");
        assertThat(response.statusCode()).isEqualTo(302);
        assertThat(PersonaBrowser.location(response)).isEqualTo("http://169.254.169.254/");
    }

    @Test
    void aDelayAffectsOneResponseOnly() {
        simulator.faults().inject(Endpoint.DISCOVERY, Fault.delay(Duration.ofMillis(700)));
        long begin = System.nanoTime();
        List<CompletableFuture<HttpResponse<String>>> slow = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            slow.add(app.http().sendAsync(app.request(DISCOVERY).GET().build(), HttpResponse.BodyHandlers.ofString()));
        }
        assertThat(app.get("/oauth2/v2/userinfo").statusCode()).isEqualTo(200);
        assertThat(slow).anySatisfy(future -> assertThat(future).isNotDone());

        assertThat(slow)
                .allSatisfy(future -> assertThat(future.join().statusCode()).isEqualTo(200));
        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isGreaterThan(Duration.ofMillis(700));
    }

    @Test
    void dripSendsTheResponseByteByByte() throws Exception {
        simulator.faults().inject(Endpoint.MY_INFO, Fault.drip(Duration.ofMillis(2)));
        HttpResponse<String> whole = app.getAs("junk", "/v2/my/info");
        assertThat(whole.statusCode()).isEqualTo(401);
        assertThat(RelyingParty.json(whole).has("message")).isTrue();

        simulator.faults().clear();
        simulator.faults().inject(Endpoint.MY_INFO, Fault.drip(Duration.ofHours(1)));
        HttpResponse<InputStream> slow =
                app.http().send(app.request("/v2/my/info").GET().build(), HttpResponse.BodyHandlers.ofInputStream());
        try (InputStream body = slow.body()) {
            assertThat(body.read()).isEqualTo('{');
            assertThat(body.available()).isZero();
            assertThat(app.get(DISCOVERY).statusCode()).isEqualTo(200);
        }
    }
}
