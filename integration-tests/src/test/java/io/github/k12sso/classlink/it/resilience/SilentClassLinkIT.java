package io.github.k12sso.classlink.it.resilience;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.k12sso.classlink.it.support.Await;
import io.github.k12sso.classlink.it.support.Browser;
import io.github.k12sso.classlink.it.support.Full;
import io.github.k12sso.classlink.it.support.ProviderMappers;
import io.github.k12sso.classlink.it.support.Roster;
import io.github.k12sso.classlink.it.support.TestEnvironment;
import io.github.k12sso.classlink.it.support.TestRealm;
import io.github.k12sso.classlink.it.support.WebPage;
import io.github.k12sso.classlink.it.support.WithTestEnvironment;
import io.github.k12sso.classlink.simulator.fault.Fault;
import io.github.k12sso.classlink.simulator.http.Endpoint;
import io.github.k12sso.classlink.simulator.runtime.TokenMode;
import java.net.URI;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * More requests than Keycloak has threads wait for a ClassLink that does not respond: effects on these and on other requests.
 */
@WithTestEnvironment
@Isolated("measures how fast the shared server answers")
class SilentClassLinkIT {

    private static final int PEOPLE = 70;
    private static final Duration AT_ONCE = Duration.ofMillis(1500);
    private static final Duration SOON = Duration.ofSeconds(5);
    private static final Fault SILENCE = Fault.stall(Duration.ofMinutes(5));

    private final ExecutorService threads = Executors.newFixedThreadPool(PEOPLE);
    private TestEnvironment environment;
    private TestRealm realm;
    private TestRealm other;

    @BeforeEach
    void twoRealms(TestEnvironment testEnvironment) {
        environment = testEnvironment;
        environment.classLink().tokenMode(TokenMode.GUIDE);
        environment.classLink().switches().refreshRotation(false);
        realm = environment.newRealm();
        other = environment.newRealm();
    }

    @AfterEach
    void end() {
        environment.classLink().faults().clear();
        environment.passTime(realm, Duration.ofMinutes(1));
        threads.shutdownNow();
    }

    /** The kinds of responses. */
    private record Told(int status, boolean retryAfter, String text) {

        static Told of(HttpResponse<String> answer) {
            return new Told(
                    answer.statusCode(),
                    answer.headers().firstValue("Retry-After").isPresent(),
                    answer.body());
        }
    }

    private enum Waiting {
        REFRESH(Endpoint.TOKEN) {
            @Override
            List<Supplier<Told>> requests(SilentClassLinkIT test) {
                test.environment.classLink().switches().guideTokenLifetime(Duration.ofSeconds(2));
                List<String> apps = Stream.of("student", "teacher")
                        .map(persona ->
                                test.realm.tokensOf(persona).get("access_token").textValue())
                        .toList();
                test.environment.classLink().switches().guideTokenLifetime(Duration.ofHours(1));
                return IntStream.range(0, PEOPLE)
                        .<Supplier<Told>>mapToObj(
                                number -> () -> Told.of(test.realm.exchange(apps.get(number % apps.size()))))
                        .toList();
            }
        },
        CODE(Endpoint.TOKEN) {
            @Override
            List<Supplier<Told>> requests(SilentClassLinkIT test) {
                return test.callbacks();
            }
        },
        PROFILE(Endpoint.MY_INFO) {
            @Override
            List<Supplier<Told>> requests(SilentClassLinkIT test) {
                return test.callbacks();
            }
        },
        KEYS(Endpoint.JWKS) {
            @Override
            List<Supplier<Told>> requests(SilentClassLinkIT test) {
                List<Supplier<Told>> callbacks = test.callbacks();
                test.environment.classLink().keys().rotateAndDropOld();
                return callbacks;
            }
        },
        ROSTER(Endpoint.ROSTER) {
            @Override
            List<Supplier<Told>> requests(SilentClassLinkIT test) {
                Roster roster = Roster.withPartnerKey(test.environment, test.realm);
                String token = roster.administratorsToken("roster-administrator");
                return IntStream.range(0, PEOPLE)
                        .<Supplier<Told>>mapToObj(number ->
                                () -> Told.of(roster.get(token, Roster.MAPLE_VALLEY, "students?limit=" + (number + 1))))
                        .toList();
            }
        };

        private final Endpoint endpoint;

        Waiting(Endpoint endpoint) {
            this.endpoint = endpoint;
        }

        /** Requests of different users, prepared to be sent concurrently. */
        abstract List<Supplier<Told>> requests(SilentClassLinkIT test);
    }

    /** In the default tier, ClassLink does not respond for three seconds. */
    @Test
    void loginsOverTheLimitAreRejectedImmediately() {
        List<Supplier<Told>> requests = Waiting.CODE.requests(this);
        environment.classLink().faults().inject(Endpoint.TOKEN, Fault.stall(Duration.ofSeconds(3)));

        List<CompletableFuture<Told>> answers = send(requests);
        Await.until("rejection of requests over the limit", () -> done(answers) > PEOPLE / 2);
        assertThatOtherRealmsRespond();
        environment.classLink().faults().clear();
        assertThatALoginWorksSoon();

        List<Told> told = answers.stream().map(CompletableFuture::join).toList();
        assertThat(told)
                .filteredOn(
                        answer -> answer.text().contains("Too many people are signing in with ClassLink right now."))
                .hasSizeGreaterThan(PEOPLE / 2)
                .allMatch(answer -> answer.status() == 503);
        assertThat(realm.state().events("IDENTITY_PROVIDER_LOGIN_ERROR"))
                .extracting(event -> event.at("/details/reason").textValue())
                .contains("too_many_logins");
        assertThat(environment.metrics())
                .containsPattern("classlink_upstream_rejections_total\\{group=\"logins\",reason=\"no_place\",?} [1-9]");
    }

    @Test
    void refreshesOverTheLimitAreRejectedImmediately() {
        List<Supplier<Told>> requests = Waiting.REFRESH.requests(this);
        environment.classLink().faults().inject(Endpoint.TOKEN, Fault.stall(Duration.ofSeconds(3)));

        List<CompletableFuture<Told>> answers = send(requests);
        Await.until("rejection of requests over the limit", () -> done(answers) > PEOPLE / 2);
        assertThatOtherRealmsRespond();
        environment.classLink().faults().clear();
        assertThatALoginWorksSoon();

        assertThat(answers.stream().map(CompletableFuture::join))
                .allMatch(answer -> answer.status() == 503 && answer.retryAfter())
                .allMatch(answer -> answer.text().contains("temporarily_unavailable"));
    }

    @Full // waits until calls time out, for each kind of call
    @ParameterizedTest
    @EnumSource
    void otherRealmsAreUnaffected_andALoginWorksSoonAfterRecovery(Waiting waiting) {
        List<Supplier<Told>> requests = waiting.requests(this);
        List<Supplier<Told>> again = waiting.requests(this);

        environment.classLink().faults().inject(waiting.endpoint, SILENCE);
        List<CompletableFuture<Told>> first = send(requests);
        Await.until("rejection of requests over the limit", () -> done(first) > PEOPLE / 2);
        assertThatOtherRealmsRespond();
        environment.classLink().faults().clear();
        assertThatALoginWorksSoon(); // while earlier requests still wait

        environment.classLink().faults().inject(waiting.endpoint, SILENCE);
        List<Told> told =
                new ArrayList<>(first.stream().map(CompletableFuture::join).toList());
        List<CompletableFuture<Told>> second = send(again);
        Await.until("rejection of requests over the limit", () -> done(second) > PEOPLE / 2);
        assertThatOtherRealmsRespond();
        second.stream().map(CompletableFuture::join).forEach(told::add);
        assertThatOtherRealmsRespond();
        environment.classLink().faults().clear();
        assertThatALoginWorksSoon();

        assertThat(told).filteredOn(answer -> answer.status() == 503).hasSizeGreaterThan(PEOPLE / 2);
        assertThat(told)
                .filteredOn(answer -> !answer.text().startsWith("<") && answer.status() == 503)
                .allMatch(Told::retryAfter);
    }

    /** Users who sign in again: the roster is read after the profile, for a group mapper and for tokens. */
    @Full // waits until calls time out
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void loginsThatReadClassesContinueWithoutThem_andOtherRealmsAreUnaffected(boolean forTokens) {
        Roster roster = Roster.withPartnerKey(environment, realm);
        if (forTokens) {
            roster.putClassesIntoTokens();
        } else {
            new ProviderMappers(realm)
                    .add(
                            "classes",
                            "classlink-group-mapper",
                            "FORCE",
                            Map.of("groupTemplate", "/classes/${class_title}", "groupSource", "roster-classes"));
        }
        realm.tokensOf("student");
        List<Supplier<Told>> logins = callbacks();
        environment.classLink().faults().inject(Endpoint.ROSTER, SILENCE);

        List<CompletableFuture<Told>> answers = send(logins);
        Await.until("logins without classes", () -> done(answers) > PEOPLE / 2);
        assertThatOtherRealmsRespond();
        environment.classLink().faults().clear();
        assertThatALoginWorksSoon();

        assertThat(answers.stream().map(CompletableFuture::join))
                .as("status 0: the browser reached the app with a code")
                .allMatch(answer -> answer.status() == 0);
        assertThat(environment.logOf(realm))
                .as("some wait for the roster, the others for a permit")
                .anyMatch(line -> line.contains("reason=classes_unavailable, source_"))
                .anyMatch(line -> line.contains("reason=classes_unavailable, busy"));
    }

    // ---- steps -----------------------------------------------------------------------------------------------------

    /** Browsers with a callback URL whose codes are not redeemed yet. */
    private List<Supplier<Told>> callbacks() {
        return IntStream.range(0, PEOPLE)
                .mapToObj(number -> CompletableFuture.supplyAsync(this::callback, threads))
                .toList()
                .stream()
                .map(CompletableFuture::join)
                .toList();
    }

    private Supplier<Told> callback() {
        Browser browser = realm.newBrowser()
                .stoppingAt(
                        address -> address.getPath().equals(realm.callbackUrl().getPath()));
        URI callback = realm.login(browser, "student").address();
        return () -> {
            WebPage page = browser.stoppingAt(address -> "app.example".equals(address.getHost()))
                    .open(callback);
            return new Told(page.status(), false, "<" + page.text());
        };
    }

    private List<CompletableFuture<Told>> send(List<Supplier<Told>> requests) {
        return requests.stream()
                .map(request -> CompletableFuture.supplyAsync(request, threads))
                .toList();
    }

    private static long done(List<CompletableFuture<Told>> answers) {
        return answers.stream().filter(CompletableFuture::isDone).count();
    }

    private void assertThatOtherRealmsRespond() {
        for (int request = 0; request < 5; request++) {
            long start = System.nanoTime();
            WebPage page = other.newBrowser().open(other.loginRequest(TestRealm.APP, "openid", Map.of()));
            assertThat(page.status()).isEqualTo(200);
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(AT_ONCE);
        }
    }

    private void assertThatALoginWorksSoon() {
        long start = System.nanoTime();
        while (!realm.login(realm.newBrowser(), "teacher").handedToApp().containsKey("code")) {
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(SOON);
        }
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(SOON);
    }
}
