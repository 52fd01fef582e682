package io.github.k12sso.classlink.oneroster.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.k12sso.classlink.oneroster.policy.Policy.Caller;
import io.github.k12sso.classlink.oneroster.policy.RosterRequest.InvalidRequest;
import jakarta.ws.rs.core.Response;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/**
 * Two districts that differ only in hidden data give byte-identical responses to every request, so that rows, totals, links and
 * status reveal nothing.
 */
class HiddenRowsTest {

    private static final Set<String> OWN = Set.of("sam", "gil", "kid");
    private static final Set<String> TAUGHT = Set.of("tina", "tom", "sue");

    private static final Set<String> OF_TINA = Set.of("sam", "sue", "tina", "tom");

    private static final PersonsRequests ONE = new PersonsRequests(district("a"));
    private static final PersonsRequests OTHER = new PersonsRequests(district("b"));

    private static final PersonsRequests TEACHERS = new PersonsRequests(teachersDistrict("a"));
    private static final PersonsRequests TEACHERS_OTHER = new PersonsRequests(teachersDistrict("b"));

    @Property(tries = 600)
    void hiddenDataChangesNoResponse(@ForAll("people") Caller person, @ForAll("requests") String request)
            throws InvalidRequest {
        assertThat(text(OTHER.get(person, request))).isEqualTo(text(ONE.get(person, request)));
    }

    @Property(tries = 300)
    void dataHiddenFromATeacherChangesNoResponse(@ForAll("requests") String request) throws InvalidRequest {
        Caller tina = Caller.ofPerson(Optional.of("tina"), Set.of("Teacher"));

        assertThat(text(TEACHERS_OTHER.get(tina, request))).isEqualTo(text(TEACHERS.get(tina, request)));
    }

    /**
     * Visible data is the same in both districts: Sam and the guardian's child as they and {@code gil} see them, and what a
     * student sees of teachers.
     */
    @Provide
    static Arbitrary<Caller> people() {
        return Arbitraries.of(
                Caller.ofPerson(Optional.of("sam"), Set.of("Student")),
                Caller.ofPerson(Optional.of("gil"), Set.of("Guardian")));
    }

    @Provide
    static Arbitrary<String> requests() {
        Arbitrary<String> path = Arbitraries.of(
                "users",
                "students",
                "teachers",
                "classes",
                "enrollments",
                "schools/north/students",
                "schools/north/teachers",
                "schools/north/enrollments",
                "classes/math/students",
                "classes/math/teachers",
                "classes/art/students",
                "schools/north/classes/math/enrollments",
                "users/sue",
                "users/stranger-a",
                "users/tina",
                "teachers/other",
                "classes/art",
                "classes/art-a",
                "enrollments/e-math-sue",
                "enrollments/e-art-a-stranger-a",
                "students/sue/classes",
                "teachers/tina/classes");
        Arbitrary<String> clause = Combinators.combine(
                        Arbitraries.of(
                                "sourcedId",
                                "email",
                                "phone",
                                "username",
                                "identifier",
                                "givenName",
                                "familyName",
                                "agents.sourcedId",
                                "orgs.sourcedId",
                                "user.sourcedId",
                                "class.sourcedId",
                                "role",
                                "status",
                                "dateLastModified",
                                "metadata.room",
                                "school.sourcedId",
                                "title"),
                        Arbitraries.of("=", "!=", ">", ">=", "<", "<=", "~"),
                        Arbitraries.of(
                                "",
                                "a",
                                "b",
                                "s",
                                "email a of tom",
                                "email a of sue",
                                "a of sue",
                                "555 a",
                                "sue",
                                "stranger-a",
                                "art-a",
                                "math",
                                "student",
                                "2026-01-01",
                                "@"))
                .as((field, operator, value) -> field + operator + "'" + value + "'");
        Arbitrary<String> filter = Combinators.combine(clause, Arbitraries.of("", " AND ", " OR "), clause)
                .as((first, operator, second) -> operator.isEmpty() ? first : first + operator + second);
        return Combinators.combine(
                        path,
                        filter.optional(),
                        Arbitraries.of("sourcedId", "email", "phone", "username", "agents.sourcedId", "givenName"),
                        Arbitraries.of("asc", "desc"),
                        Arbitraries.integers().between(1, 3),
                        Arbitraries.integers().between(0, 4))
                .as((where, what, sort, order, limit, offset) -> isSingle(where)
                        ? where
                        : where + "?limit=" + limit + "&offset=" + offset + "&sort=" + sort + "&orderBy=" + order
                                + what.map(text -> "&filter="
                                                + text.replace("=", "%3D").replace("&", "%26"))
                                        .orElse(""));
    }

    private static boolean isSingle(String path) {
        return path.matches("(users|teachers|classes|enrollments)/[^/]+");
    }

    /** @param hidden value of all fields that neither Sam nor the guardian may see, and of whole rows */
    private static TestDistrict district(String hidden) {
        TestDistrict district = new TestDistrict()
                .user("sam", "student", "gil")
                .user("kid", "student", "gil")
                .user("gil", "guardian", "sam", "kid", "stranger-" + hidden)
                .user("tina", "teacher")
                .user("tom", "teacher")
                .user("sue", "student", "parent-" + hidden)
                .user("stranger-" + hidden, "student")
                .user("other", "teacher")
                .course("math", "north", List.of("sam", "sue"), List.of("tina", "tom"))
                .course("art-" + hidden, "north", List.of("stranger-" + hidden, "kid"), List.of("other"));
        if (hidden.equals("b")) {
            for (int i = 0; i < 12; i++) {
                district.user("more-" + i, "student");
            }
            district.course("math", "north", List.of("sam", "sue", "more-1", "more-2"), List.of("tina", "tom"));
        }
        district.users().forEach((id, row) -> hide(row, id, hidden));
        return district;
    }

    /** @param hidden value of the fields that no teacher sees, of guardian ids, and of rows of other users and classes */
    private static TestDistrict teachersDistrict(String hidden) {
        TestDistrict district = new TestDistrict()
                .user("sam", "student", "parent-" + hidden)
                .user("sue", "student", "parent-" + hidden, "more-" + hidden)
                .user("tina", "teacher")
                .user("tom", "teacher")
                .user("stranger-" + hidden, "student")
                .user("other", "teacher")
                .course("math", "north", List.of("sam", "sue"), List.of("tina", "tom"))
                .course("art-" + hidden, "north", List.of("stranger-" + hidden), List.of("other"));
        if (hidden.equals("b")) {
            district.user("extra", "student").course("music", "north", List.of("extra", "sam"), List.of("other"));
        }
        district.users().forEach((id, row) -> {
            row.put("phone", "555 " + hidden)
                    .put("password", hidden)
                    .putObject("metadata")
                    .put("room", hidden);
            if (!OF_TINA.contains(id)) {
                row.put("email", hidden + " of " + id).put("username", hidden + " of " + id);
            }
        });
        return district;
    }

    private static void hide(ObjectNode row, String id, String hidden) {
        row.put("phone", "555 " + hidden)
                .put("password", hidden)
                .putObject("metadata")
                .put("room", hidden);
        if (TAUGHT.contains(id)) {
            row.put("email", "email " + hidden + " of " + id).put("identifier", hidden);
        }
        if (id.equals("sue") || !(OWN.contains(id) || TAUGHT.contains(id))) {
            row.put("username", hidden + " of " + id)
                    .put("givenName", hidden + " of " + id)
                    .put("dateLastModified", "2026-0" + (hidden.equals("a") ? 1 : 2) + "-01T00:00:00Z");
        }
    }

    private static String text(Response answer) {
        Object body = answer.getEntity();
        return answer.getStatus() + " " + answer.getHeaders().get("X-Total-Count") + " "
                + answer.getHeaders().get("Link") + " "
                + (body instanceof byte[] bytes ? new String(bytes, StandardCharsets.UTF_8) : body);
    }
}
