package io.github.k12sso.classlink.benchmarks;

import io.github.k12sso.classlink.benchmarks.load.Gatling;
import io.github.k12sso.classlink.benchmarks.load.Load;
import io.github.k12sso.classlink.benchmarks.load.Logins;
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
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.DoubleSupplier;
import java.util.function.IntConsumer;
import java.util.regex.Pattern;

/** A million people through the gateway of a server with 512 MB of heap, and the same pages directly, page by page in turn. */
final class RosterChapter implements Chapter {

    private static final String CHAPTER = "Roster gateway";
    private static final int PEOPLE = 1_000_000;
    private static final int PAGE = 10_000;
    private static final int PAGES = PEOPLE / PAGE;
    /** OneRoster's default limit. */
    private static final int SHORT = 100;

    /** Short pages until the code is warm, as that of a server is which runs for days. */
    private static final int WARM_UP = 3_000;

    private static final int TENANT = 4711;
    private static final String DISTRICT = "bigcounty";
    private static final int HEAP = 512;
    private static final int ROUNDS = 3;
    /** Megabytes that a collection leaves, in the JVM's own log. */
    private static final Pattern AFTER_COLLECTION = Pattern.compile("(?m)Pause .* \\d+M->(\\d+)M\\(");

    private final Path work;

    RosterChapter(Path work) {
        this.work = work;
    }

    @Override
    public List<FigureRow> measure(Gatling gatling) {
        Path collections = work.toAbsolutePath().resolve("roster-gc.log");
        try (TestEnvironment environment = TestEnvironment.startOwn(
                "roster",
                SimulatorSettings.builder().district(DISTRICT, TENANT, PEOPLE).build(),
                "-Xms256m -Xmx" + HEAP + "m -Xlog:gc:file=" + collections)) {
            TestRealm realm = Servers.prepared(environment.newRealm());
            Roster roster = Roster.withPartnerKey(environment, realm);
            String token = roster.administratorsToken("roster-administrator");
            String gateway = realm.url("/classlink/" + TestRealm.ALIAS + "/tenants/" + TENANT + "/ims/oneroster/v1p1/")
                    .toString();
            String direct = environment.classLink().baseUrl() + "/"
                    + environment.classLink().applicationId(DISTRICT) + "/ims/oneroster/v1p1/";
            String bearer = environment.classLink().districtBearer(DISTRICT);
            for (int page = 0; page < 10; page++) {
                page(gateway, token, page);
                page(direct, bearer, page);
            }
            int before = leftByCollections(collections).size();
            List<FigureRow> rows = new ArrayList<>(pull(gateway, token, direct, bearer));
            List<Integer> left = leftByCollections(collections);
            rows.add(heap(left.subList(before, left.size())));
            rows.add(shortPages(gateway, token, direct, bearer));
            rows.addAll(logins(
                    gatling,
                    environment,
                    realm,
                    page -> page(gateway, token, page),
                    page -> page(direct, bearer, page)));
            return rows;
        }
    }

    private static List<FigureRow> pull(String gateway, String token, String direct, String bearer) {
        double[] firstThere = new double[PAGES];
        double[] firstDirect = new double[PAGES];
        double[] wholeThere = new double[PAGES];
        double[] wholeDirect = new double[PAGES];
        double there = 0;
        double straight = 0;
        for (int page = 0; page < PAGES; page++) {
            PageTransfer through = page(gateway, token, page);
            PageTransfer by = page(direct, bearer, page);
            firstThere[page] = through.firstByte() * 1_000;
            firstDirect[page] = by.firstByte() * 1_000;
            wholeThere[page] = through.whole() * 1_000;
            wholeDirect[page] = by.whole() * 1_000;
            there += through.whole();
            straight += by.whole();
        }
        return List.of(
                FigureRow.compared(
                        CHAPTER, "page of 10,000 users, ms", new Sample(wholeThere), new Sample(wholeDirect), ""),
                FigureRow.compared(
                        CHAPTER,
                        "pull of 1,000,000 users, users/s",
                        new Sample(PEOPLE / there),
                        new Sample(PEOPLE / straight),
                        "≥ 0.90×"),
                FigureRow.compared(
                        CHAPTER,
                        "first byte of a page of 10,000, ms",
                        new Sample(firstThere),
                        new Sample(firstDirect),
                        "+5 ms"));
    }

    private static FigureRow heap(List<Integer> left) {
        int quarter = left.size() / 4;
        return FigureRow.compared(
                CHAPTER,
                "heap that a collection leaves at most, of %d MB: last quarter of the pull and first, %d collections"
                        .formatted(HEAP, left.size()),
                new Sample(Collections.max(left.subList(left.size() - quarter, left.size()))),
                new Sample(Collections.max(left.subList(0, quarter))),
                "flat");
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

    /** A login alone, while an app pulls without a pause through the gateway, and while it pulls directly. */
    private List<FigureRow> logins(
            Gatling gatling,
            TestEnvironment environment,
            TestRealm realm,
            IntConsumer gatewaysPage,
            IntConsumer directPage) {
        Map<String, String> settings = new HashMap<>(
                LoginChapter.settings(work, environment.classLink().baseUrl().toString(), realm));
        settings.put("district", environment.classLink().persona("student").districtCode());
        settings.put("seconds", "15");
        logins(gatling, settings);
        double[] alone = new double[ROUNDS];
        double[] meanwhile = new double[ROUNDS];
        double[] besideDirect = new double[ROUNDS];
        for (int round = 0; round < ROUNDS; round++) {
            alone[round] = logins(gatling, settings);
            meanwhile[round] = during(gatewaysPage, () -> logins(gatling, settings));
            besideDirect[round] = during(directPage, () -> logins(gatling, settings));
        }
        return List.of(
                FigureRow.compared(
                        CHAPTER,
                        "p95 of a login while one app pulls without a pause, and alone, ms",
                        new Sample(meanwhile),
                        new Sample(alone),
                        "≤ 1.20×"),
                FigureRow.compared(
                        CHAPTER,
                        "the same, beside an app that pulls directly from ClassLink on the same two cores",
                        new Sample(meanwhile),
                        new Sample(besideDirect),
                        ""));
    }

    private static double logins(Gatling gatling, Map<String, String> settings) {
        Load load = gatling.run(Logins.class, Logins.NAME, settings);
        if (load.failed() > 0) {
            throw new IllegalStateException(load.failed() + " logins failed");
        }
        return load.p95();
    }

    private static double during(IntConsumer pull, DoubleSupplier work) {
        AtomicBoolean pulling = new AtomicBoolean(true);
        ExecutorService thread = Executors.newSingleThreadExecutor();
        CompletableFuture<Void> pages = CompletableFuture.runAsync(
                () -> {
                    for (int page = 0; pulling.get(); page = (page + 1) % PAGES) {
                        pull.accept(page);
                    }
                },
                thread);
        try {
            return work.getAsDouble();
        } finally {
            pulling.set(false);
            pages.join();
            thread.shutdown();
        }
    }

    /** What a page costs that is as long as a client asks for by default. */
    private static FigureRow shortPages(String gateway, String token, String direct, String bearer) {
        Http http = new Http();
        for (int page = 0; page < WARM_UP; page++) {
            AdminApi.require(
                    http.send(Roster.request(token, URI.create(PageTransfer.address(gateway, SHORT, page * SHORT)))),
                    "page");
            AdminApi.require(
                    http.send(Roster.request(bearer, URI.create(PageTransfer.address(direct, SHORT, page * SHORT)))),
                    "page");
        }
        double[] there = new double[PAGES];
        double[] straight = new double[PAGES];
        for (int page = 0; page < PAGES; page++) {
            there[page] = PageTransfer.of(gateway, token, SHORT, page * SHORT).firstByte() * 1_000;
            straight[page] =
                    PageTransfer.of(direct, bearer, SHORT, page * SHORT).firstByte() * 1_000;
        }
        return FigureRow.compared(
                CHAPTER, "first byte of a page of 100, ms", new Sample(there), new Sample(straight), "+5 ms");
    }

    private static PageTransfer page(String root, String bearer, int page) {
        return PageTransfer.of(root, bearer, PAGE, page * PAGE);
    }
}
