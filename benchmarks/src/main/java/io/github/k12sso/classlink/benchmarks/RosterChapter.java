package io.github.k12sso.classlink.benchmarks;

import io.github.k12sso.classlink.benchmarks.Turns.Side;
import io.github.k12sso.classlink.benchmarks.load.Logins;
import io.github.k12sso.classlink.benchmarks.profiling.FlightRecorder;
import io.github.k12sso.classlink.it.support.AdminApi;
import io.github.k12sso.classlink.it.support.Http;
import io.github.k12sso.classlink.it.support.Roster;
import io.github.k12sso.classlink.it.support.TestEnvironment;
import io.github.k12sso.classlink.it.support.TestRealm;
import io.github.k12sso.classlink.simulator.SimulatorSettings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import java.util.regex.Pattern;

/**
 * Reads a million people through the gateway of a server with 512 MB of heap, alternating with the same pages read directly.
 */
final class RosterChapter implements Chapter {

    private static final String CHAPTER = "Roster gateway, an administrator";
    private static final int PEOPLE = 1_000_000;
    private static final int PAGE = 10_000;
    private static final int PAGES = PEOPLE / PAGE;
    /** OneRoster's default limit. */
    private static final int SHORT = 100;

    /** Short pages for the warm-up: Java compiles a method fully after 5,000 calls. */
    private static final int WARM_UP = 6_000;

    private static final int TENANT = 4711;
    private static final String DISTRICT = "bigcounty";
    private static final int HEAP = 512;
    private static final int ROUNDS = 3;
    /** Pattern of the heap size in MB after a garbage collection, in the JVM's log. */
    private static final Pattern AFTER_COLLECTION = Pattern.compile("(?m)Pause .* \\d+M->(\\d+)M\\(");

    /** The gateway or ClassLink. */
    private record Source(String name, Path work, String root, String bearer) {

        Page page(int limit, int number) {
            CpuTime before = CpuTime.now();
            PageTransfer transfer =
                    PageTransfer.of(work, bearer, address(limit, number)).requireRows(limit);
            return new Page(
                    transfer.firstByte(),
                    transfer.whole(),
                    CpuTime.now().since(before).keycloak());
        }

        String address(int limit, int number) {
            return root + "users?limit=" + limit + "&offset=" + number % (PEOPLE / limit) * limit;
        }

        /** Downloads the next page. */
        Side<Page> pages(int limit) {
            AtomicInteger number = new AtomicInteger();
            return new Side<>(name, () -> page(limit, number.getAndIncrement()));
        }
    }

    private record Page(double firstByte, double whole, double processor) implements FlightRecorder.Work {

        @Override
        public long count() {
            return 1;
        }
    }

    @Override
    public List<FigureRow> measure(Bench bench) {
        Path collections = bench.work().toAbsolutePath().resolve("roster-gc.log");
        try (TestEnvironment environment = TestEnvironment.startOwn(
                "roster",
                SimulatorSettings.builder().district(DISTRICT, TENANT, PEOPLE).build(),
                "-Xms256m -Xmx" + HEAP + "m -Xlog:gc:file=" + collections)) {
            TestRealm realm = Servers.prepared(environment.newRealm());
            Roster roster = Roster.withPartnerKey(environment, realm);
            Source gateway = new Source(
                    "gateway",
                    bench.work(),
                    realm.url("/classlink/" + TestRealm.ALIAS + "/tenants/" + TENANT + "/ims/oneroster/v1p1/")
                            .toString(),
                    roster.administratorsToken("roster-administrator"));
            Source direct = new Source(
                    "direct",
                    bench.work(),
                    environment.classLink().baseUrl() + "/"
                            + environment.classLink().applicationId(DISTRICT) + "/ims/oneroster/v1p1/",
                    environment.classLink().districtBearer(DISTRICT));
            List<Source> sources = List.of(gateway, direct);
            Turns.of(bench.rounds(20), sides(sources, PAGE));
            int before = leftByCollections(collections).size();
            List<FigureRow> rows = new ArrayList<>(longPages(bench.inTurn("long pages", PAGES, sides(sources, PAGE))));
            List<Integer> left = leftByCollections(collections);
            if (!bench.quick()) {
                rows.add(heap(left.subList(before, left.size())));
            }
            warmUp(sources, bench.quick() ? 20 : WARM_UP);
            rows.add(shortPages(bench.inTurn("short pages", PAGES, sides(sources, SHORT))));
            rows.addAll(logins(bench, environment, realm, gateway, direct));
            return rows;
        }
    }

    private static List<Side<Page>> sides(List<Source> sources, int limit) {
        return sources.stream().map(source -> source.pages(limit)).toList();
    }

    private static List<FigureRow> longPages(List<List<Page>> pages) {
        return List.of(
                compared("page of 10,000 users, ms", Page::whole, pages),
                FigureRow.compared(
                                CHAPTER,
                                "continuous read of pages of 10,000, users/s",
                                pull(pages.get(0)),
                                pull(pages.get(1)))
                        .ratioAtLeast(0.95),
                compared("first byte of a page of 10,000, ms", Page::firstByte, pages)
                        .ratioAtMost(1.30));
    }

    private static Sample pull(List<Page> pages) {
        return new Sample(
                pages.size() * PAGE / (pages.stream().mapToDouble(Page::whole).sum() / 1_000));
    }

    private static FigureRow shortPages(List<List<Page>> pages) {
        return compared("first byte of a page of 100, ms", Page::firstByte, pages)
                .atMostMore(5);
    }

    private static FigureRow compared(String what, ToDoubleFunction<Page> figure, List<List<Page>> pages) {
        return FigureRow.compared(CHAPTER, what, Sample.of(pages.get(0), figure), Sample.of(pages.get(1), figure));
    }

    private static FigureRow heap(List<Integer> left) {
        int quarter = left.size() / 4;
        return FigureRow.compared(
                        CHAPTER,
                        "maximum heap after garbage collections, of %d MB: last quarter of the read compared with the first"
                                .formatted(HEAP),
                        new Sample(Collections.max(left.subList(left.size() - quarter, left.size()))),
                        new Sample(Collections.max(left.subList(0, quarter))))
                .ratioAtMost(1.10);
    }

    private static List<Integer> leftByCollections(Path log) {
        try {
            return AFTER_COLLECTION
                    .matcher(Files.readString(log))
                    .results()
                    .map(pause -> Integer.valueOf(pause.group(1)))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Login times alone, while an app reads continuously through the gateway, and while it reads directly. */
    private static List<FigureRow> logins(
            Bench bench, TestEnvironment environment, TestRealm realm, Source gateway, Source direct) {
        Logins.Job job = LoginChapter.job(environment.classLink(), realm).withSeconds(bench.seconds(8));
        Supplier<Double> alone = () ->
                bench.gatling().run(Logins.class, job).requireAllRight("logins").p95();
        Turns.of(bench.rounds(2), List.of(new Side<>("alone", alone)));
        List<List<Double>> p95 = Turns.of(
                bench.rounds(ROUNDS),
                List.of(
                        new Side<>("during a gateway read", () -> during(number -> gateway.page(PAGE, number), alone)),
                        new Side<>("alone", alone),
                        new Side<>("during a direct read", () -> during(number -> direct.page(PAGE, number), alone))));
        Sample meanwhile = Sample.of(p95.get(0), time -> time);
        return List.of(
                FigureRow.compared(
                                CHAPTER,
                                "p95 of a login during a continuous read by one app, compared with no load, ms",
                                meanwhile,
                                Sample.of(p95.get(1), time -> time))
                        .ratioAtMost(1.20),
                FigureRow.compared(
                        CHAPTER,
                        "the same, compared with an app that reads directly from ClassLink on the same cores",
                        meanwhile,
                        Sample.of(p95.get(2), time -> time)));
    }

    private static <T> T during(IntConsumer pull, Supplier<T> work) {
        AtomicBoolean pulling = new AtomicBoolean(true);
        ExecutorService thread = Executors.newSingleThreadExecutor();
        CompletableFuture<Void> pages = CompletableFuture.runAsync(
                () -> {
                    for (int page = 0; pulling.get(); page++) {
                        pull.accept(page);
                    }
                },
                thread);
        try {
            return work.get();
        } finally {
            pulling.set(false);
            pages.join();
            thread.shutdown();
        }
    }

    private static void warmUp(List<Source> sources, int pages) {
        Http http = new Http();
        for (int page = 0; page < pages; page++) {
            for (Source source : sources) {
                AdminApi.require(
                        http.send(Roster.request(source.bearer(), URI.create(source.address(SHORT, page)))), "page");
            }
        }
    }
}
