package io.github.k12sso.classlink.benchmarks;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.k12sso.classlink.benchmarks.Turns.Side;
import io.github.k12sso.classlink.benchmarks.load.Load;
import io.github.k12sso.classlink.benchmarks.load.Logins;
import io.github.k12sso.classlink.benchmarks.profiling.FlightRecorder;
import io.github.k12sso.classlink.it.support.AdminApi;
import io.github.k12sso.classlink.it.support.Cluster;
import io.github.k12sso.classlink.it.support.Http;
import io.github.k12sso.classlink.it.support.Roster;
import io.github.k12sso.classlink.it.support.TestRealm;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.StreamSupport;

/**
 * The morning peak of docs/operate/capacity.md, scaled down: the maximum login rate of one node, and its behavior below and
 * above this rate.
 */
final class CapacityChapter implements Chapter {

    private static final String CHAPTER = "One node in the morning, logins of existing users";
    private static final String DISTRICT = "maplevalley";
    private static final int PEOPLE = 300;
    private static final int CONNECTIONS = 8;
    private static final int SECONDS = 15;

    @Override
    public List<FigureRow> measure(Bench bench) {
        try (Cluster cluster = Servers.oneNode()) {
            TestRealm realm = Servers.prepared(cluster.newRealm());
            Logins.Job one = LoginChapter.job(cluster.classLink(), realm);
            Logins.Job job = new Logins.Job(
                    one.start(),
                    one.classLink(),
                    DISTRICT,
                    students(cluster),
                    CONNECTIONS,
                    0,
                    bench.seconds(25), // long enough for every user's first login
                    Optional.empty());
            bench.warmUp(List.of(new Side<>("logins", () -> round(bench, job))));

            int seconds = bench.seconds(SECONDS);
            CpuTime before = CpuTime.now();
            Load most =
                    bench.gatling().run(Logins.class, job.withSeconds(seconds)).requireAllRight("logins");
            CpuTime spent = CpuTime.now().since(before);
            double perSecond = most.count() / (double) seconds;
            List<FigureRow> rows = new ArrayList<>();
            rows.add(FigureRow.text(
                    CHAPTER,
                    "CPU time of one login: Keycloak's and PostgreSQL's, ms",
                    Sample.rounded(spent.keycloak() / most.count()) + " and "
                            + Sample.rounded(spent.postgres() / most.count())));
            rows.add(FigureRow.text(
                    CHAPTER, "maximum logins/s, " + CONNECTIONS + " at a time", Sample.rounded(perSecond)));
            for (double share : List.of(0.5, 0.7, 0.9, 1.3)) {
                rows.add(arriving(bench, job.withSeconds(seconds).arriving(perSecond * share), share));
            }
            return rows;
        }
    }

    private record Round(long count, double processor) implements FlightRecorder.Work {}

    private static Round round(Bench bench, Logins.Job job) {
        CpuTime before = CpuTime.now();
        long count =
                bench.gatling().run(Logins.class, job).requireAllRight("logins").count();
        return new Round(count, CpuTime.now().since(before).keycloak() / count);
    }

    /** Logins that arrive at a share of the maximum rate, without waiting for earlier ones. */
    private static FigureRow arriving(Bench bench, Logins.Job job, double share) {
        Load load = bench.gatling().run(Logins.class, job);
        return FigureRow.text(
                CHAPTER,
                "arriving at %.0f %% of this rate for %d s: logins, failed, median, p95, ms"
                        .formatted(share * 100, job.seconds()),
                "%d, %d, %.0f, %.0f".formatted(load.count(), load.failed(), load.median(), load.p95()));
    }

    private static List<String> students(Cluster cluster) {
        URI roster = URI.create(cluster.classLink().baseUrl() + "/"
                + cluster.classLink().applicationId(DISTRICT) + "/ims/oneroster/v1p1/students?limit=" + PEOPLE);
        JsonNode students = Http.json(AdminApi.require(
                                new Http()
                                        .send(Roster.request(cluster.classLink().districtBearer(DISTRICT), roster)),
                                "students")
                        .body())
                .get("users");
        return StreamSupport.stream(students.spliterator(), false)
                .map(student -> DISTRICT + ":" + student.get("sourcedId").textValue())
                .toList();
    }
}
