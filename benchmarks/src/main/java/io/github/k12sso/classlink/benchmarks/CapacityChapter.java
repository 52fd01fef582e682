package io.github.k12sso.classlink.benchmarks;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.k12sso.classlink.benchmarks.load.Gatling;
import io.github.k12sso.classlink.benchmarks.load.Load;
import io.github.k12sso.classlink.benchmarks.load.Logins;
import io.github.k12sso.classlink.it.support.AdminApi;
import io.github.k12sso.classlink.it.support.Cluster;
import io.github.k12sso.classlink.it.support.Http;
import io.github.k12sso.classlink.it.support.Roster;
import io.github.k12sso.classlink.it.support.TestRealm;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** The morning of docs/capacity.md, scaled down: how many logins one node takes, and what happens below and above that. */
final class CapacityChapter implements Chapter {

    private static final String CHAPTER = "One node in the morning, logins of known people";
    private static final String DISTRICT = "maplevalley";
    private static final int PEOPLE = 300;
    private static final int CONNECTIONS = 8;

    private final Path work;

    CapacityChapter(Path work) {
        this.work = work;
    }

    @Override
    public List<FigureRow> measure(Gatling gatling) {
        try (Cluster cluster = Servers.oneNode()) {
            TestRealm realm = Servers.prepared(cluster.newRealm());
            Map<String, String> settings = new HashMap<>(
                    LoginChapter.settings(work, cluster.classLink().baseUrl().toString(), realm));
            settings.put("district", DISTRICT);
            settings.put(
                    "people", Servers.csv(work, "persona", students(cluster)).toString());
            settings.put("connections", String.valueOf(CONNECTIONS));
            settings.put("seconds", "45"); // long enough for everybody's first
            WarmUp.of(List.of(() -> {
                CpuTime before = CpuTime.now();
                long count = gatling.run(Logins.class, Logins.NAME, settings).count();
                return CpuTime.now().since(before).keycloak() / count;
            }));

            settings.put("seconds", "25");
            CpuTime before = CpuTime.now();
            Load most = gatling.run(Logins.class, Logins.NAME, settings);
            CpuTime spent = CpuTime.now().since(before);
            double perSecond = most.count() / 25.0;
            List<FigureRow> rows = new ArrayList<>();
            rows.add(FigureRow.alone(
                    CHAPTER,
                    "processor time of one login: Keycloak's and PostgreSQL's, ms",
                    Sample.rounded(spent.keycloak() / most.count()) + " and "
                            + Sample.rounded(spent.postgres() / most.count()),
                    ""));
            rows.add(FigureRow.alone(
                    CHAPTER, "logins/s at most, " + CONNECTIONS + " at a time", Sample.rounded(perSecond), ""));
            for (double share : List.of(0.5, 0.7, 0.9, 1.3)) {
                rows.add(arriving(gatling, settings, perSecond, share));
            }
            return rows;
        }
    }

    /** Logins that start at a share of the most, whether those before them are done or not. */
    private static FigureRow arriving(Gatling gatling, Map<String, String> settings, double perSecond, double share) {
        settings.put("perSecond", String.valueOf(perSecond * share));
        Load load = gatling.run(Logins.class, Logins.NAME, settings);
        return FigureRow.alone(
                CHAPTER,
                "arriving at %.0f %% of that for 25 s: logins, failed, median, p95, ms".formatted(share * 100),
                "%d, %d, %.0f, %.0f".formatted(load.count(), load.failed(), load.median(), load.p95()),
                "");
    }

    private static Stream<String> students(Cluster cluster) {
        URI roster = URI.create(cluster.classLink().baseUrl() + "/"
                + cluster.classLink().applicationId(DISTRICT) + "/ims/oneroster/v1p1/students?limit=" + PEOPLE);
        JsonNode students = Http.json(AdminApi.require(
                                new Http()
                                        .send(Roster.request(cluster.classLink().districtBearer(DISTRICT), roster)),
                                "students")
                        .body())
                .get("users");
        return StreamSupport.stream(students.spliterator(), false)
                .map(student -> DISTRICT + ":" + student.get("sourcedId").textValue());
    }
}
