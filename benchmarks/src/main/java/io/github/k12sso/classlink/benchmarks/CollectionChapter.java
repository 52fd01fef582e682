package io.github.k12sso.classlink.benchmarks;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.k12sso.classlink.benchmarks.Turns.Side;
import io.github.k12sso.classlink.benchmarks.profiling.FlightRecorder;
import io.github.k12sso.classlink.it.support.Http;
import io.github.k12sso.classlink.it.support.Roster;
import io.github.k12sso.classlink.it.support.TestEnvironment;
import io.github.k12sso.classlink.it.support.TestRealm;
import io.github.k12sso.classlink.simulator.SimulatorSettings;
import io.github.k12sso.classlink.simulator.fault.Fault;
import io.github.k12sso.classlink.simulator.http.Endpoint;
import io.github.k12sso.classlink.simulator.http.RecordedRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;

/**
 * A user's own collection: the students of a teacher of six classes in a district of 20,000 people. Compares the first page
 * with three of the gateway's calls made directly one after another. Later pages come from the cache.
 */
final class CollectionChapter implements Chapter {

    private static final String CHAPTER = "Roster gateway, a teacher of six classes";
    private static final String DISTRICT = "county";
    private static final String TEACHER = DISTRICT + "-teacher";
    private static final int PEOPLE = 20_000;
    private static final int PAGE = 50;
    private static final int ROUNDS = 20;
    private static final int CALLS = 3;
    /** Response time of a roster service on another machine. */
    private static final Duration FAR = Duration.ofMillis(100);
    /** A user's rows are cached for a minute. */
    private static final Duration KEPT = Duration.ofMinutes(1);

    /** One turn: a page from the gateway, or three calls. */
    private record Turn(double milliseconds, double processor, int calls) implements FlightRecorder.Work {

        @Override
        public long count() {
            return 1;
        }
    }

    /** Request and user. */
    private record District(Bench bench, TestEnvironment environment, TestRealm realm, Roster roster, String token) {

        static District prepare(Bench bench, TestEnvironment environment) {
            TestRealm realm = Servers.prepared(environment.newRealm());
            Roster roster = Roster.withPartnerKey(environment, realm);
            addThreeClasses(environment, roster);
            return new District(bench, environment, realm, roster, roster.tokenOf(TEACHER));
        }

        Turn page(int number) {
            environment.classLink().clearRequests();
            CpuTime before = CpuTime.now();
            PageTransfer page = PageTransfer.of(
                            bench.work(),
                            token,
                            roster.address("students?limit=" + PAGE + "&offset=" + number * PAGE)
                                    .toString())
                    .requireRows(PAGE);
            return new Turn(page.whole(), CpuTime.now().since(before).keycloak(), calls().size());
        }

        /** The first page with an empty cache. */
        Turn firstPage() {
            environment.passTime(realm, KEPT.plusSeconds(1));
            return page(0);
        }

        List<RecordedRequest> calls() {
            return environment.classLink().requests().stream()
                    .filter(request -> request.endpoint() == Endpoint.ROSTER)
                    .toList();
        }

        Turn directly(List<String> addresses) {
            String bearer = environment.classLink().districtBearer(DISTRICT);
            return new Turn(
                    addresses.stream()
                            .mapToDouble(address -> PageTransfer.of(bench.work(), bearer, address)
                                    .whole())
                            .sum(),
                    0,
                    addresses.size());
        }

        /** Three of the gateway's calls for a first page, including the first one. */
        List<String> someCalls() {
            firstPage();
            return calls().stream()
                    .limit(CALLS)
                    .map(call -> environment.classLink().baseUrl()
                            + call.path()
                            + (call.parameters().isEmpty() ? "" : "?" + Http.query(call.parameters())))
                    .toList();
        }
    }

    @Override
    public List<FigureRow> measure(Bench bench) {
        try (TestEnvironment environment = TestEnvironment.startOwn(
                "collection",
                SimulatorSettings.builder().district(DISTRICT, 4712, PEOPLE).build(),
                "-Xms256m -Xmx768m")) {
            District district = District.prepare(bench, environment);
            List<String> calls = district.someCalls();
            List<Side<Turn>> sides = List.of(
                    new Side<>("first page of the gateway", district::firstPage),
                    new Side<>("three calls", () -> district.directly(calls)));
            Turns.of(bench.rounds(150), sides);
            List<FigureRow> rows = new ArrayList<>();
            List<List<Turn>> near = bench.inTurn("first page, near", ROUNDS, sides);
            environment.classLink().faults().inject(Endpoint.ROSTER, Fault.delay(FAR));
            List<List<Turn>> far = bench.inTurn("first page, far", ROUNDS, sides);
            rows.add(firstPages("a roster service that takes 100 ms", far).ratioAtMost(1.00));
            rows.add(firstPages("a roster service on the same machine", near));
            rows.add(FigureRow.alone(CHAPTER, "calls for the first page", Sample.of(far.get(0), Turn::calls)));
            rows.addAll(nextPages(district, far.get(0)));
            return rows;
        }
    }

    private static FigureRow firstPages(String service, List<List<Turn>> turns) {
        return FigureRow.compared(
                CHAPTER,
                "first page of 50, compared with three consecutive calls, ms, " + service,
                Sample.of(turns.get(0), Turn::milliseconds),
                Sample.of(turns.get(1), Turn::milliseconds));
    }

    private static List<FigureRow> nextPages(District district, List<Turn> firstPages) {
        List<Turn> next = IntStream.range(0, district.bench().rounds(ROUNDS))
                .mapToObj(round -> district.page(1))
                .toList();
        return List.of(
                FigureRow.compared(
                        CHAPTER,
                        "next page, compared with the first, ms",
                        Sample.of(next, Turn::milliseconds),
                        Sample.of(firstPages, Turn::milliseconds)),
                FigureRow.alone(
                                CHAPTER,
                                "calls for the next page, maximum",
                                new Sample(next.stream()
                                        .mapToInt(Turn::calls)
                                        .max()
                                        .orElseThrow()))
                        .atMost(0));
    }

    /** Generated teachers have three classes, so this adds three classes of a teacher at another school. */
    private static void addThreeClasses(TestEnvironment environment, Roster roster) {
        String teacher = environment.classLink().persona(TEACHER).sourcedId();
        ObjectNode self =
                (ObjectNode) roster.atTheSource(DISTRICT, "teachers/" + teacher).get("user");
        String other = roster.atTheSource(DISTRICT, "teachers?limit=1&offset=" + PEOPLE / 40)
                .at("/users/0/sourcedId")
                .textValue();
        List<ObjectNode> more = new ArrayList<>();
        roster.atTheSource(DISTRICT, "teachers/" + other + "/classes")
                .get("classes")
                .forEach(row -> more.add((ObjectNode) row));
        for (String path : List.of("teachers/" + teacher + "/classes", "users/" + teacher + "/classes")) {
            edit(environment, path, rows -> plus(rows, more));
        }
        more.forEach(row -> edit(
                environment,
                "classes/" + row.get("sourcedId").textValue() + "/teachers",
                rows -> plus(rows, List.of(self))));
        int classes = roster.atTheSource(DISTRICT, "teachers/" + teacher + "/classes")
                .get("classes")
                .size();
        if (classes != 6) {
            throw new IllegalStateException("the teacher has " + classes + " classes");
        }
    }

    private static void edit(TestEnvironment environment, String path, UnaryOperator<List<ObjectNode>> change) {
        environment.classLink().applications().rosters().set(DISTRICT, path, change);
    }

    private static List<ObjectNode> plus(List<ObjectNode> rows, List<ObjectNode> more) {
        List<ObjectNode> all = new ArrayList<>(rows);
        all.addAll(more);
        return all;
    }
}
