package io.github.k12sso.classlink.oneroster.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.k12sso.classlink.oneroster.client.OneRosterClient.PageResult;
import io.github.k12sso.classlink.oneroster.client.RosterFailure;
import io.github.k12sso.classlink.oneroster.client.SourceLists;
import io.github.k12sso.classlink.oneroster.gateway.TestDistrict.Kind;
import io.github.k12sso.classlink.oneroster.policy.Policy.Caller;
import io.github.k12sso.classlink.oneroster.policy.Policy.RowRule;
import io.github.k12sso.classlink.oneroster.policy.RosterRequest;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every user gets each visible row exactly once, for every way in which a client detects the end and every kind of roster
 * service.
 */
class PersonsRosterTest {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Pattern NEXT = Pattern.compile("<[^>]*/v1p1/([^>]+)>; rel=\"next\"");

    private static final TestDistrict HONEST = district();

    /** The users who send requests. */
    private record TestPerson(String id, Set<String> roles) {
        Caller caller() {
            return Caller.ofPerson(Optional.of(id), roles);
        }

        /** The rows of two hundred classes are read only once, to keep the test short. */
        private List<Ending> endings() {
            return id.equals("many") ? List.of(Ending.LINK) : List.of(Ending.values());
        }

        @Override
        public String toString() {
            return id;
        }
    }

    private static final List<TestPerson> PEOPLE = List.of(
            new TestPerson("stu", Set.of("Student")),
            new TestPerson("six", Set.of("Teacher")),
            new TestPerson("many", Set.of("Teacher")),
            new TestPerson("co", Set.of("Teacher")),
            new TestPerson("gil", Set.of("Guardian")),
            new TestPerson("gus", Set.of("Relative")),
            new TestPerson("both", Set.of("Teacher", "Parent")),
            new TestPerson("new", Set.of("Student")));

    private static final List<Set<Kind>> SERVICES = List.of(
            Set.of(),
            Set.of(Kind.CLAMPS),
            Set.of(Kind.IGNORES_FILTERS),
            Set.of(Kind.REFUSES_FILTERS),
            Set.of(Kind.NOT_FOUND_PAST_THE_END),
            Set.of(Kind.CAPITAL_ROLES),
            Set.of(Kind.NO_HEADERS),
            Set.of(Kind.NO_LISTS_OF_USERS),
            Set.of(Kind.NO_LISTS_OF_STUDENTS_AND_TEACHERS),
            Set.of(Kind.NO_LISTS_OF_CLASSES),
            Set.of(Kind.NO_SCHOOLS),
            Set.of(Kind.CLAMPS, Kind.NO_HEADERS, Kind.IGNORES_FILTERS, Kind.CAPITAL_ROLES),
            Set.of(Kind.CLAMPS, Kind.NOT_FOUND_PAST_THE_END, Kind.REFUSES_FILTERS, Kind.NO_LISTS_OF_USERS),
            Set.of(Kind.NO_LISTS_OF_STUDENTS_AND_TEACHERS, Kind.NO_LISTS_OF_CLASSES, Kind.IGNORES_FILTERS),
            Set.of(Kind.NO_LISTS_OF_CLASSES, Kind.NO_SCHOOLS, Kind.NO_LISTS_OF_USERS));

    private static final List<String> COLLECTIONS = List.of(
            "users",
            "students",
            "teachers",
            "classes",
            "enrollments",
            "schools/north/students",
            "schools/north/teachers",
            "schools/north/classes",
            "schools/north/enrollments",
            "courses/algebra/classes",
            "terms/fall/classes",
            "users/{self}/classes",
            "classes/{own}/students",
            "classes/{own}/teachers",
            "schools/north/classes/{own}/students",
            "schools/north/classes/{own}/teachers",
            "schools/north/classes/{own}/enrollments");

    /** How a client detects the last page. */
    private enum Ending {
        SHORT_PAGE,
        EMPTY_PAGE,
        COUNT,
        LINK
    }

    /** Two hundred classes are read from three services only, to keep the test short. */
    private static List<TestPerson> people(Set<Kind> kinds) {
        return PEOPLE.stream()
                .filter(person -> !person.id().equals("many") || SERVICES.indexOf(kinds) < 3)
                .toList();
    }

    static List<Set<Kind>> services() {
        return SERVICES;
    }

    @ParameterizedTest
    @MethodSource("services")
    void everyRowIsReturnedExactlyOnce(Set<Kind> kinds) throws Exception {
        PersonsRequests requests = new PersonsRequests(district().kinds(kinds));
        for (TestPerson person : people(kinds)) {
            for (Ending ending : person.endings()) {
                everyRowIsReturnedExactlyOnce(requests, kinds, person, ending);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("services")
    @Tag("full") // some 3,000 pages of 17 collections of 200 classes each
    void everyRowOfTwoHundredClassesIsReturnedExactlyOnce(Set<Kind> kinds) throws Exception {
        PersonsRequests requests = new PersonsRequests(district().kinds(kinds));
        for (Ending ending : Ending.values()) {
            everyRowIsReturnedExactlyOnce(requests, kinds, PEOPLE.get(2), ending);
        }
    }

    private static void everyRowIsReturnedExactlyOnce(
            PersonsRequests requests, Set<Kind> kinds, TestPerson person, Ending ending) throws Exception {
        for (String collection : COLLECTIONS) {
            Optional<String> path = path(person, collection);
            if (path.isEmpty()) {
                continue;
            }
            List<String> expected = expected(HONEST, person, path.get());
            assertThat(pull(requests, person, path.get(), ending, limit(expected.size())))
                    .as("%s of %s at %s until %s", path.get(), person, kinds, ending)
                    .isEqualTo(expected);
        }
    }

    /** Further pages of a list, and users who appear only in an enrollment, take additional calls. */
    @ParameterizedTest
    @MethodSource("services")
    void aRequestTakesTwoCallsPerClassPlusFour_andTheNextPageNone(Set<Kind> kinds) throws Exception {
        boolean onTheWayRound = kinds.contains(Kind.NO_LISTS_OF_CLASSES);
        TestDistrict district = district().kinds(kinds);
        PersonsRequests requests = new PersonsRequests(district);
        for (TestPerson person : people(kinds)) {
            requests.get(person.caller(), "users"); // detects once which reads the service supports
            requests.get(person.caller(), "enrollments");
            for (String collection : COLLECTIONS) {
                Optional<String> path = path(person, collection);
                if (path.isEmpty()) {
                    continue;
                }
                requests.passMinute();
                district.calls().clear();
                requests.get(person.caller(), path.get() + "?limit=3");
                List<String> first = new ArrayList<>(district.calls());
                district.calls().clear();
                requests.get(person.caller(), path.get() + "?limit=3&offset=3");

                assertThat(first)
                        .as("%s of %s at %s", path.get(), person, kinds)
                        .filteredOn(call -> !call.contains(" from ") && !(onTheWayRound && call.startsWith("/users/")))
                        .hasSizeLessThanOrEqualTo(
                                2 * classesOf(district, person.id()).size() + 4);
                assertThat(district.calls()).as("the next page").isEmpty();
            }
        }
    }

    @ParameterizedTest
    @MethodSource("services")
    void noRequestReadsTheWholeDistrict(Set<Kind> kinds) throws Exception {
        TestDistrict district = district().kinds(kinds);
        PersonsRequests requests = new PersonsRequests(district);
        for (TestPerson person : people(kinds)) {
            for (String collection : COLLECTIONS) {
                Optional<String> path = path(person, collection);
                if (path.isPresent()) {
                    requests.get(person.caller(), path.get());
                }
            }
        }
        assertThat(district.calls())
                .filteredOn(call -> call.matches("/(users|students|teachers|classes|enrollments) from .*"))
                .as("further pages of a whole collection")
                .isEmpty();
    }

    @Test
    void accessToOneStudentTakesThreeCallsForTwoHundredClasses() throws Exception {
        TestDistrict district = district();
        PersonsRequests requests = new PersonsRequests(district);
        Caller many = PEOPLE.get(2).caller();

        assertThat(requests.get(many, "students/m-7").getStatus()).isEqualTo(200);
        assertThat(district.calls())
                .hasSizeLessThanOrEqualTo(2 + classesOf(district, "m-7").size());

        district.calls().clear();
        assertThat(requests.get(many, "students/stu").getStatus()).isEqualTo(403);
        assertThat(district.calls()).hasSizeLessThanOrEqualTo(1);

        requests.get(many, "students");
        district.calls().clear();
        assertThat(requests.get(many, "students/m-8").getStatus()).isEqualTo(200);
        assertThat(district.calls()).as("all lists are cached").isEmpty();
    }

    /** Once a request has shown that the service has these lists, no list is read alone. */
    @Test
    void sixClassesAreReadAtTheSameTime() throws Exception {
        TestDistrict district = district();
        CyclicBarrier six = new CyclicBarrier(6);
        AtomicBoolean known = new AtomicBoolean();
        PersonsRequests requests = new PersonsRequests(new SourceLists.Source() {
            @Override
            public PageResult read(RosterRequest request, RowRule rows) throws RosterFailure {
                if (known.get() && request.target().startsWith("/classes/")) {
                    await(six);
                }
                return district.read(request, rows);
            }

            @Override
            public Runnable elsewhere(Consumer<SourceLists.Source> work) {
                return () -> work.accept(this);
            }
        });
        Caller teacher = PEOPLE.get(1).caller();
        List<String> before = ids(requests.get(teacher, "students"));
        requests.passMinute();
        known.set(true);

        assertThat(ids(requests.get(teacher, "students"))).isEqualTo(before);
    }

    @Test
    void aReadThatAServiceNoLongerOffersIsTriedOnceMore() throws Exception {
        TestDistrict district = district();
        PersonsRequests requests = new PersonsRequests(district);
        Caller teacher = PEOPLE.get(1).caller();
        List<String> before = ids(requests.get(teacher, "students"));
        district.kinds(Set.of(Kind.NO_LISTS_OF_CLASSES));

        for (int expected : List.of(6, 0)) {
            requests.passMinute();
            district.calls().clear();
            assertThat(ids(requests.get(teacher, "students"))).isEqualTo(before);
            assertThat(district.calls())
                    .filteredOn(call -> call.matches("/classes/[^/]+/students"))
                    .hasSize(expected);
        }
    }

    @Test
    void a404ForAnEmptyClassDoesNotHideTheOthers() throws Exception {
        TestDistrict district = new TestDistrict()
                .kinds(Set.of(Kind.NOT_FOUND_IF_EMPTY))
                .user("t", "teacher")
                .user("s", "student")
                .course("c-0", "north", Set.of("s"), Set.of("t"))
                .course("c-1", "north", Set.of(), Set.of("t"));
        PersonsRequests requests = new PersonsRequests(district);
        Caller teacher = Caller.ofPerson(Optional.of("t"), Set.of("Teacher"));
        assertThat(ids(requests.get(teacher, "students"))).containsExactly("s");

        requests.passMinute();
        district.course("c-0", "north", Set.of(), Set.of("t")).course("c-1", "north", Set.of("s"), Set.of("t"));

        assertThat(ids(requests.get(teacher, "students"))).containsExactly("s");
        assertThat(district.calls()).noneMatch(call -> call.contains("enrollments"));
    }

    private static void await(CyclicBarrier others) {
        try {
            others.await(30, TimeUnit.SECONDS);
        } catch (InterruptedException | BrokenBarrierException | TimeoutException e) {
            throw new AssertionError("not read at the same time", e);
        }
    }

    @Test
    void followingTheLinksReachesEveryPage() throws Exception {
        Response second =
                new PersonsRequests(district()).get(PEOPLE.get(1).caller(), "students?limit=7&offset=7&fields=role");

        assertThat(second.getHeaders().get("Link"))
                .extracting(String::valueOf)
                .containsExactly(
                        "<https://kc.example/v1p1/students?limit=7&offset=14&sort=sourcedId&orderBy=asc&fields=role>; rel=\"next\"",
                        "<https://kc.example/v1p1/students?limit=7&offset=28&sort=sourcedId&orderBy=asc&fields=role>; rel=\"last\"",
                        "<https://kc.example/v1p1/students?limit=7&offset=0&sort=sourcedId&orderBy=asc&fields=role>; rel=\"first\"",
                        "<https://kc.example/v1p1/students?limit=7&offset=0&sort=sourcedId&orderBy=asc&fields=role>; rel=\"prev\"");
        assertThat(second.getHeaderString("X-Total-Count")).isEqualTo("35");
    }

    // ---- clients ---------------------------------------------------------------------------------------------------

    /** Page sizes that give a few pages, with a full and a partial last page. */
    private static int limit(int rows) {
        return rows <= 40 ? 7 : rows / 8;
    }

    private static List<String> pull(PersonsRequests requests, TestPerson person, String path, Ending ending, int limit)
            throws Exception {
        List<String> ids = new ArrayList<>();
        String next = path + "?limit=" + limit;
        for (int page = 1; page < 100; page++) {
            Response answer = requests.get(person.caller(), next);
            assertThat(answer.getStatus()).as(next + " of " + person).isEqualTo(200);
            List<String> rows = ids(answer);
            ids.addAll(rows);
            Optional<String> link = next(answer);
            boolean end =
                    switch (ending) {
                        case SHORT_PAGE -> rows.size() < limit;
                        case EMPTY_PAGE -> rows.isEmpty();
                        case COUNT -> ids.size() >= Integer.parseInt(answer.getHeaderString("X-Total-Count"));
                        case LINK -> link.isEmpty();
                    };
            if (end) {
                return ids;
            }
            next = ending == Ending.LINK ? link.orElseThrow() : path + "?limit=" + limit + "&offset=" + page * limit;
        }
        throw new AssertionError(path + " does not end");
    }

    private static Optional<String> next(Response answer) {
        List<Object> links = answer.getHeaders().getOrDefault("Link", List.of());
        return links.stream()
                .map(link -> NEXT.matcher(String.valueOf(link)))
                .filter(Matcher::matches)
                .map(link -> link.group(1))
                .findFirst();
    }

    static List<String> ids(Response answer) throws IOException {
        JsonNode rows = JSON.readTree((byte[]) answer.getEntity()).elements().next();
        List<String> ids = new ArrayList<>();
        rows.forEach(row -> ids.add(row.get("sourcedId").textValue()));
        return ids;
    }

    // ---- the district ----------------------------------------------------------------------------------------------

    /** A district with 200 classes of one teacher, six of another, and unrelated classes. */
    static TestDistrict district() {
        TestDistrict district = new TestDistrict()
                .user("six", "teacher")
                .user("co", "teacher")
                .user("many", "teacher")
                .user("both", "teacher", "kid")
                .user("other", "teacher")
                .user("new", "student")
                .user("kid", "student", "both")
                .user("gil", "guardian", "stu", "s-1", "kid-2")
                .user("gus", "guardian", "stranger", "", "..", "nobody")
                .user("kid-2", "student", "gil")
                .user("stranger", "student", "somebody");
        district.user("stu", "student", "gil");
        IntStream.range(0, 34).forEach(i -> district.user("s-" + i, "student", "gil", "p-" + i));
        IntStream.range(0, 60).forEach(i -> district.user("m-" + i, "student"));
        district.user("s-2", "student");
        for (int i = 0; i < 6; i++) {
            Collection<String> students = new TreeSet<>(Set.of("stu"));
            IntStream.range(0, 34).filter(s -> s % 6 <= 3).forEach(s -> students.add("s-" + s));
            IntStream.range(30, 34).forEach(s -> students.add("s-" + s));
            students.addAll(IntStream.range(0, 34).mapToObj(s -> "s-" + s).toList());
            district.course("c-" + i, i < 5 ? "north" : "south", students, i < 2 ? Set.of("six", "co") : Set.of("six"));
        }
        district.course("b-0", "north", Set.of("s-1", "s-3"), Set.of("both"));
        for (int i = 0; i < 200; i++) {
            int number = i;
            district.course(
                    "d-%03d".formatted(i),
                    "north",
                    IntStream.range(0, 12)
                            .mapToObj(s -> "m-" + (number * 5 + s) % 60)
                            .toList(),
                    Set.of("many"));
        }
        district.course("z-0", "north", Set.of("stranger", "kid-2"), Set.of("other"));
        return district;
    }

    private static Set<String> classesOf(TestDistrict district, String person) {
        Set<String> ids = new TreeSet<>();
        district.classes().forEach((id, course) -> {
            if (course.students().contains(person) || course.teachers().contains(person)) {
                ids.add(id);
            }
        });
        return ids;
    }

    private static Optional<String> path(TestPerson person, String collection) {
        Optional<String> own = classesOf(HONEST, person.id()).stream().findFirst();
        return collection.contains("{own}") && own.isEmpty()
                ? Optional.empty()
                : Optional.of(collection.replace("{self}", person.id()).replace("{own}", own.orElse("")));
    }

    /** Expected rows by the rules in docs/develop/roster-policy.md, independent of the policy's code. */
    private static List<String> expected(TestDistrict district, TestPerson person, String path) {
        List<String> parts = List.of(path.split("/", -1));
        String last = parts.get(parts.size() - 1);
        boolean south = path.startsWith("schools/south");
        boolean teacher = person.roles().contains("Teacher");
        boolean student = person.roles().contains("Student");
        Optional<String> inPath = parts.size() > 2 && parts.contains("classes") && !last.equals("classes")
                ? Optional.of(parts.get(parts.indexOf("classes") + 1))
                : Optional.empty();
        Set<String> classes = teacher || student ? classesOf(district, person.id()) : Set.of();
        Collection<String> asked = inPath.map(Set::of).orElse(classes);
        Stream<String> ids =
                switch (last) {
                    case "classes" ->
                        classes.stream().filter(id -> !path.startsWith("schools/") || isNorth(district, id));
                    case "enrollments" ->
                        asked.stream()
                                .filter(id -> !path.startsWith("schools/") || isNorth(district, id))
                                .flatMap(id -> members(district, id)
                                        .filter(member -> teacher || member.equals(person.id()))
                                        .map(member -> TestDistrict.enrollmentId(member, id)));
                    default -> people(district, person, asked, inPath.isPresent(), last);
                };
        return ids.filter(id -> !south).distinct().sorted().toList();
    }

    private static Stream<String> people(
            TestDistrict district, TestPerson person, Collection<String> classes, boolean ofClass, String last) {
        boolean teacher = person.roles().contains("Teacher");
        boolean guardian = !Collections.disjoint(person.roles(), Set.of("Guardian", "Parent", "Relative"));
        Set<String> seen = new TreeSet<>(Set.of(person.id()));
        classes.forEach(id -> {
            seen.addAll(district.classes().get(id).teachers());
            if (teacher) {
                seen.addAll(district.classes().get(id).students());
            }
        });
        if (guardian && !ofClass) {
            district.users().forEach((id, row) -> {
                boolean child = IntStream.range(0, row.get("agents").size())
                        .anyMatch(i ->
                                row.at("/agents/" + i + "/sourcedId").asText().equals(person.id()));
                boolean named = district.users()
                        .get(person.id())
                        .get("agents")
                        .toString()
                        .contains("\"" + id + "\"");
                if (child && named) {
                    seen.add(id);
                }
            });
        }
        return seen.stream().filter(id -> last.equals("users") || last.equals(role(district, id) + "s"));
    }

    private static String role(TestDistrict district, String id) {
        return district.users().get(id).get("role").textValue();
    }

    private static boolean isNorth(TestDistrict district, String id) {
        return district.classes().get(id).school().equals("north");
    }

    private static Stream<String> members(TestDistrict district, String id) {
        return Stream.concat(
                district.classes().get(id).students().stream(), district.classes().get(id).teachers().stream());
    }
}
