package io.github.k12sso.classlink.it.oneroster;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.k12sso.classlink.it.support.Full;
import io.github.k12sso.classlink.it.support.Http;
import io.github.k12sso.classlink.it.support.Roster;
import io.github.k12sso.classlink.it.support.TestEnvironment;
import io.github.k12sso.classlink.it.support.TestRealm;
import io.github.k12sso.classlink.it.support.WithTestEnvironment;
import io.github.k12sso.classlink.simulator.fault.Fault;
import io.github.k12sso.classlink.simulator.http.Endpoint;
import io.github.k12sso.classlink.simulator.runtime.RosterService;
import io.github.k12sso.classlink.simulator.runtime.Switch;
import java.net.URI;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Users' reads on a real server with roster services of several kinds. PersonsRosterTest has the full matrix. */
@WithTestEnvironment
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@ResourceLock(TestEnvironment.PASSING_TIME)
class PersonsRosterIT {

    private static final int LIMIT = 7;
    private static final List<String> COLLECTIONS =
            List.of("users", "students", "teachers", "classes", "enrollments", "schools/SCH0001/students");

    private TestEnvironment environment;
    private Roster honest;
    private String ofStudent;
    private String ofTeacher;
    private String ofParent;

    /** How a client detects the last page. */
    private enum PullEnd {
        SHORT_PAGE,
        EMPTY_PAGE,
        COUNT,
        LINK
    }

    @BeforeAll
    void people(TestEnvironment testEnvironment) {
        environment = testEnvironment;
        honest = Roster.withPartnerKey(environment, environment.newRealm());
        ofStudent = honest.tokenOf("student");
        ofTeacher = honest.tokenOf("teacher");
        ofParent = honest.tokenOf("parent");
    }

    @AfterEach
    void honestAgain() {
        environment.classLink().switches().set(Switch.ROSTER_SERVICE, RosterService.HONEST);
    }

    @Test
    void everyPaginationStyleGivesATeacherEveryStudentOnce() {
        List<String> all = pull(honest, ofTeacher, "students", PullEnd.LINK);

        assertThat(all).doesNotHaveDuplicates().hasSizeGreaterThan(2 * LIMIT);
        for (PullEnd ending : PullEnd.values()) {
            assertThat(pull(honest, ofTeacher, "students", ending))
                    .as(ending.name())
                    .isEqualTo(all);
        }
    }

    @Test
    void aTeachersNextPageNeedsNoCall() {
        honest.get(ofTeacher, "students?limit=7");
        environment.classLink().clearRequests();

        HttpResponse<String> second = honest.get(ofTeacher, "students?limit=7&offset=7");

        assertThat(second.statusCode()).isEqualTo(200);
        assertThat(environment.classLink().requests()).noneMatch(request -> request.endpoint() == Endpoint.ROSTER);
    }

    /** Classes are read on several threads; the request's own thread replaces a rejected bearer. */
    @Test
    void aChangedBearerIsReplacedWhileClassesAreRead() {
        Roster roster = Roster.withPartnerKey(environment, environment.newRealm());
        String token = roster.tokenOf("teacher");
        roster.get(token, "terms");
        environment.classLink().applications().rotateBearer("maplevalley");

        assertThat(pull(roster, token, "users", PullEnd.LINK))
                .isEqualTo(pull(honest, ofTeacher, "users", PullEnd.LINK));
    }

    @Test
    void aServiceWithoutASuitableReadIsReported() {
        Roster roster = Roster.withPartnerKey(environment, environment.newRealm());
        String token = roster.tokenOf("student");
        environment.classLink().switches().set(Switch.ROSTER_SERVICE, RosterService.REFUSES_FILTERS);
        environment.classLink().faults().inject(Endpoint.ROSTER, Fault.status(405));

        HttpResponse<String> answer = roster.get(token, "classes");

        environment.classLink().faults().clear();
        assertThat(answer.statusCode()).isEqualTo(502);
        assertThat(answer.body())
                .contains("no request for the classes of a student")
                .contains("The query is correct");
    }

    @ParameterizedTest
    @EnumSource(RosterService.class)
    @Full // 126 pulls
    void everyKindOfServiceGivesEveryUserTheSameRows(RosterService service) {
        Map<String, List<String>> expected = pullAll(honest, List.of(ofStudent, ofTeacher, ofParent));
        TestRealm realm = environment.newRealm();
        Roster roster = Roster.withPartnerKey(environment, realm);
        List<String> tokens = List.of(roster.tokenOf("student"), roster.tokenOf("teacher"), roster.tokenOf("parent"));
        environment.classLink().switches().set(Switch.ROSTER_SERVICE, service);

        Map<String, List<String>> answered = pullAll(roster, tokens);

        environment.classLink().switches().set(Switch.ROSTER_SERVICE, RosterService.HONEST);
        expected.replaceAll((collection, ids) -> withoutGuest(ids));
        answered.replaceAll((collection, ids) -> withoutGuest(ids));
        assertThat(answered).isEqualTo(expected);
    }

    /** A user and a service account with the role, for clients of each kind. A total may be absent but never wrong. */
    @ParameterizedTest
    @EnumSource(RosterService.class)
    @Full // reads whole collections of a district
    void everyKindOfServiceGivesAdministratorsEveryRowOnce(RosterService service) {
        Roster roster = Roster.withPartnerKey(environment, environment.newRealm());
        String ofService = roster.administratorsToken("roster-administrator");
        roster.tokenOf("tenant-administrator");
        roster.makeAdministrator("tenant-administrator", "roster-administrator-" + Roster.MAPLE_VALLEY);
        List<String> tokens = List.of(ofService, roster.tokenOf("tenant-administrator"));
        List<String> collections = service == RosterService.NO_NESTED_READS
                ? List.of("schools", "courses", "classes")
                : List.of("schools", "courses", "classes", "schools/SCH0001/teachers");
        for (String collection : collections) {
            JsonNode source = honest.atTheSource("maplevalley", collection + "?limit=10000");
            List<String> expected =
                    Roster.ids(source.elements().next()).stream().sorted().toList();
            environment.classLink().switches().set(Switch.ROSTER_SERVICE, service);
            for (String token : tokens) {
                for (PullEnd ending : PullEnd.values()) {
                    assertThat(pullDistrict(roster, token, collection, ending, 1 + expected.size() / 3))
                            .as("%s until %s", collection, ending)
                            .doesNotHaveDuplicates()
                            .containsExactlyInAnyOrderElementsOf(expected);
                }
            }
            environment.classLink().switches().set(Switch.ROSTER_SERVICE, RosterService.HONEST);
        }
    }

    private static List<String> pullDistrict(
            Roster roster, String token, String collection, PullEnd ending, int limit) {
        List<String> ids = new ArrayList<>();
        for (int page = 0; page < 20; page++) {
            HttpResponse<String> answer =
                    roster.get(token, Roster.MAPLE_VALLEY, collection + "?limit=" + limit + "&offset=" + page * limit);
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
            JsonNode rows = Http.json(answer.body()).elements().next();
            ids.addAll(Roster.ids(rows));
            Optional<Integer> count =
                    answer.headers().firstValue("X-Total-Count").map(Integer::valueOf);
            boolean linked = answer.headers().firstValue("Link").isPresent();
            boolean end =
                    switch (ending) {
                        case SHORT_PAGE -> rows.size() < limit;
                        case EMPTY_PAGE -> rows.isEmpty();
                        case COUNT -> count.map(total -> ids.size() >= total).orElse(rows.isEmpty());
                        case LINK -> !linked;
                    };
            if (end) {
                return ids;
            }
        }
        throw new AssertionError(collection + " does not end");
    }

    /** The default tier tests one service of each kind. */
    @ParameterizedTest
    @EnumSource(
            value = RosterService.class,
            names = {"CLAMPS_PAGES", "IGNORES_FILTERS", "NO_NESTED_READS"})
    void nonConformingServicesGiveATeacherTheSameRows(RosterService service) {
        List<String> expected = withoutGuest(pull(honest, ofTeacher, "users", PullEnd.LINK));
        Roster roster = Roster.withPartnerKey(environment, environment.newRealm());
        String token = roster.tokenOf("teacher");
        environment.classLink().switches().set(Switch.ROSTER_SERVICE, service);

        List<String> answered = pull(roster, token, "users", PullEnd.SHORT_PAGE);

        environment.classLink().switches().set(Switch.ROSTER_SERVICE, RosterService.HONEST);
        assertThat(withoutGuest(answered)).isEqualTo(expected);
    }

    private static Map<String, List<String>> pullAll(Roster roster, List<String> tokens) {
        Map<String, List<String>> all = new LinkedHashMap<>();
        for (int person = 0; person < tokens.size(); person++) {
            for (String collection : COLLECTIONS) {
                PullEnd ending = PullEnd.values()[(person + collection.length()) % PullEnd.values().length];
                all.put(person + " " + collection, pull(roster, tokens.get(person), collection, ending));
            }
        }
        return all;
    }

    /** One class in the simulator lists a teacher among its students without an enrollment. */
    private List<String> withoutGuest(List<String> ids) {
        List<String> guests = new ArrayList<>();
        honest.atTheSource("maplevalley", "classes/C0000001/students?limit=1000")
                .get("users")
                .forEach(row -> {
                    if (row.get("role").textValue().equalsIgnoreCase("teacher")) {
                        guests.add(row.get("sourcedId").textValue());
                    }
                });
        return ids.stream().filter(id -> !guests.contains(id)).toList();
    }

    private static List<String> pull(Roster roster, String token, String collection, PullEnd ending) {
        List<String> ids = new ArrayList<>();
        URI next = roster.address(collection + "?limit=" + LIMIT);
        for (int page = 1; page < 200; page++) {
            HttpResponse<String> answer = new Http().send(Roster.request(token, next));
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
            JsonNode rows = Http.json(answer.body()).elements().next();
            ids.addAll(Roster.ids(rows));
            Optional<String> link = answer.headers().allValues("Link").stream()
                    .filter(text -> text.endsWith("rel=\"next\""))
                    .findFirst();
            boolean end =
                    switch (ending) {
                        case SHORT_PAGE -> rows.size() < LIMIT;
                        case EMPTY_PAGE -> rows.isEmpty();
                        case COUNT ->
                            ids.size()
                                    >= Integer.parseInt(answer.headers()
                                            .firstValue("X-Total-Count")
                                            .orElseThrow());
                        case LINK -> link.isEmpty();
                    };
            if (end) {
                return ids;
            }
            next = ending == PullEnd.LINK
                    ? URI.create(link.orElseThrow().replaceAll("^<([^>]*)>.*", "$1"))
                    : roster.address(collection + "?limit=" + LIMIT + "&offset=" + page * LIMIT);
        }
        throw new AssertionError(collection + " does not end");
    }
}
