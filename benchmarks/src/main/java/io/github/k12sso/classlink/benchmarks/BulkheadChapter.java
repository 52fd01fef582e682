package io.github.k12sso.classlink.benchmarks;

import io.github.k12sso.classlink.it.support.Browser;
import io.github.k12sso.classlink.it.support.Cluster;
import io.github.k12sso.classlink.it.support.Http;
import io.github.k12sso.classlink.it.support.ManyUsers;
import io.github.k12sso.classlink.it.support.TestRealm;
import io.github.k12sso.classlink.it.support.WebPage;
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
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/**
 * More logins than Keycloak has threads wait for a ClassLink that does not respond: response times in another realm, and the
 * time until a login succeeds again.
 */
final class BulkheadChapter implements Chapter {

    private static final String CHAPTER = "ClassLink does not respond and 70 logins wait";
    private static final int WAITING = 70;
    private static final int ROUNDS = 3;
    private static final int OTHERS = 25;
    private static final Duration GIVEN_UP = Duration.ofSeconds(40);
    private static final Fault SILENCE = Fault.stall(Duration.ofMinutes(5));

    /** Same as in {@code SilentClassLinkIT}. Milliseconds. */
    private static final double AT_ONCE = 1_500;

    private static final double SOON = 5_000;
    /** Maximum wait for a slot, see docs/operate/reliability.md. */
    private static final double LONGEST_WAIT = 10_000;

    /** Response times in the other realm, in milliseconds. */
    private record Others(double page, double login, double exchange) {}

    /** Figures of one outage. */
    private record Silence(Others others, double untilTold, double untilLogin) {}

    /** Two realms with the same ClassLink. */
    private record Realms(Cluster cluster, TestRealm waiting, TestRealm other, String otherToken) {

        static Realms prepare(Cluster cluster) {
            cluster.classLink().tokenMode(TokenMode.GUIDE);
            cluster.classLink().switches().guideTokenLifetime(Duration.ofHours(2));
            TestRealm waiting = Servers.prepared(cluster.newRealm());
            TestRealm other = Servers.prepared(cluster.newRealm());
            String token =
                    ManyUsers.of(1).addTo(other, cluster).values().iterator().next();
            return new Realms(cluster, waiting, other, token);
        }

        /** Requests in the other realm that do not need ClassLink; p95 of each kind. */
        Others others(int times) {
            return new Others(p95(times, this::page), p95(times, this::passwordLogin), p95(times, this::exchange));
        }

        private void page() {
            WebPage page = other.newBrowser().open(other.loginRequest(TestRealm.APP, "openid", Map.of()));
            require(
                    page.status(),
                    page.text(),
                    !page.document().select("#kc-form-login").isEmpty());
        }

        private void passwordLogin() {
            HttpResponse<String> answer = other.tokenEndpoint(Map.of(
                    "grant_type", "password",
                    "client_id", TestRealm.APP,
                    "client_secret", TestRealm.APP_SECRET,
                    "username", "user-0",
                    "password", "password"));
            require(answer.statusCode(), answer.body(), answer.body().contains("\"access_token\":\""));
        }

        private void exchange() {
            HttpResponse<String> answer = other.exchange(otherToken);
            require(answer.statusCode(), answer.body(), Http.json(answer.body()).hasNonNull("issued_token_type"));
        }

        private static void require(int status, String body, boolean right) {
            if (status != 200 || !right) {
                throw new IllegalStateException("a user of another realm got " + status + ": " + body);
            }
        }

        /** Browsers with a callback URL whose codes are not redeemed yet. */
        List<Supplier<Integer>> callbacks() {
            return IntStream.range(0, WAITING).mapToObj(number -> callback()).toList();
        }

        private Supplier<Integer> callback() {
            Browser browser = waiting.newBrowser()
                    .stoppingAt(address ->
                            address.getPath().equals(waiting.callbackUrl().getPath()));
            URI callback = waiting.login(browser, "student").address();
            return () -> browser.stoppingAt(address -> "app.example".equals(address.getHost()))
                    .open(callback)
                    .status();
        }

        double untilALoginWorks() {
            return milliseconds(() -> {
                WebPage page;
                do {
                    page = waiting.login(waiting.newBrowser(), "teacher");
                } while (!page.handedToApp().containsKey("code"));
            });
        }
    }

    @Override
    public List<FigureRow> measure(Bench bench) {
        try (Cluster cluster = Servers.oneNode()) {
            Realms realms = Realms.prepare(cluster);
            int times = bench.quick() ? 5 : OTHERS;
            realms.untilALoginWorks();
            realms.others(bench.quick() ? 5 : 200); // warm
            List<Others> before = new ArrayList<>();
            List<Silence> silences = new ArrayList<>();
            for (int round = 0; round < bench.rounds(ROUNDS); round++) {
                before.add(realms.others(times));
                silences.add(silence(realms, times));
            }
            return rows(before, silences);
        }
    }

    private static Silence silence(Realms realms, int times) {
        List<Supplier<Integer>> requests = realms.callbacks();
        ExecutorService threads = Executors.newFixedThreadPool(WAITING);
        try {
            realms.cluster().classLink().faults().inject(Endpoint.TOKEN, SILENCE);
            CountDownLatch told = new CountDownLatch(WAITING / 2 + 1);
            long start = System.nanoTime();
            List<CompletableFuture<Void>> answers = requests.stream()
                    .map(request -> CompletableFuture.runAsync(
                            () -> {
                                if (request.get() == 503) {
                                    told.countDown();
                                }
                            },
                            threads))
                    .toList();
            if (!told.await(GIVEN_UP.toSeconds(), TimeUnit.SECONDS)) {
                throw new IllegalStateException(told.getCount() + " more requests should have been rejected");
            }
            double untilTold = (System.nanoTime() - start) / 1e6;
            Others others = realms.others(times);
            realms.cluster().classLink().faults().clear();
            double untilLogin = realms.untilALoginWorks();
            answers.forEach(CompletableFuture::join);
            return new Silence(others, untilTold, untilLogin);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        } finally {
            realms.cluster().classLink().faults().clear();
            threads.shutdownNow();
        }
    }

    /** Requests in the other realm that must not be affected. */
    private static FigureRow atOnce(
            String what, ToDoubleFunction<Others> figure, List<Others> meanwhile, List<Others> before) {
        return FigureRow.compared(CHAPTER, what, Sample.of(meanwhile, figure), Sample.of(before, figure))
                .atMost(AT_ONCE);
    }

    private static List<FigureRow> rows(List<Others> before, List<Silence> silences) {
        List<Others> meanwhile = silences.stream().map(Silence::others).toList();
        return List.of(
                atOnce("login page of another realm, p95, ms, meanwhile and before", Others::page, meanwhile, before),
                atOnce("login with a password in another realm, p95, ms", Others::login, meanwhile, before),
                atOnce("exchange in another realm, valid stored token, p95, ms", Others::exchange, meanwhile, before),
                FigureRow.alone(
                                CHAPTER,
                                "until more than half of the 70 logins are rejected, ms",
                                Sample.of(silences, Silence::untilTold))
                        .atMost(LONGEST_WAIT),
                FigureRow.alone(
                                CHAPTER,
                                "until a login succeeds after ClassLink responds again, ms",
                                Sample.of(silences, Silence::untilLogin))
                        .atMost(SOON));
    }

    private static double p95(int times, Runnable work) {
        double[] sorted = IntStream.range(0, times)
                .mapToDouble(time -> milliseconds(work))
                .sorted()
                .toArray();
        return sorted[(int) Math.ceil(0.95 * times) - 1];
    }

    private static double milliseconds(Runnable work) {
        long start = System.nanoTime();
        work.run();
        return (System.nanoTime() - start) / 1e6;
    }
}
