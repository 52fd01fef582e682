package io.github.k12sso.classlink.oneroster.policy;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.k12sso.classlink.oneroster.policy.Policy.Caller;
import io.github.k12sso.classlink.oneroster.policy.Policy.Decision;
import io.github.k12sso.classlink.oneroster.policy.Policy.Decision.Refused;
import io.github.k12sso.classlink.oneroster.policy.Policy.Decision.Visible;
import io.github.k12sso.classlink.oneroster.policy.RosterRequest.InvalidRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Compares the table in docs/develop/roster-policy.md with the policy. Rewrite it with {@code -Droster-policy.write=true}. */
class PolicyPageTest {

    private static final Path PAGE = Path.of("../docs/develop/roster-policy.md");
    private static final String BEGIN = "<!-- the table: PolicyPageTest -->\n";
    private static final String END = "<!-- end of the table -->\n";

    /** A row of the table, with requests for the reader's own data and for other data. */
    private record Row(String what, List<String> own, List<String> others) {}

    private static final List<Row> ROWS = List.of(
            new Row(
                    "orgs, schools, courses, terms, academicSessions, gradingPeriods",
                    List.of("schools", "courses/1"),
                    List.of()),
            new Row("users/{own id}", List.of("users/%s"), List.of()),
            new Row("students/{a student}", List.of("students/sam"), List.of("students/sid")),
            new Row("teachers/{a teacher}", List.of("teachers/tom"), List.of("teachers/zoe")),
            new Row("users, students, teachers, schools/{id}/students …", List.of("users"), List.of()),
            new Row("classes/{a class}", List.of("classes/math"), List.of("classes/art")),
            new Row("classes, schools/{id}/classes …", List.of("classes"), List.of()),
            new Row("classes/{a class}/students", List.of("classes/math/students"), List.of("classes/art/students")),
            new Row("classes/{a class}/teachers", List.of("classes/math/teachers"), List.of("classes/art/teachers")),
            new Row("students/{a student}/classes", List.of("students/sam/classes"), List.of("students/sid/classes")),
            new Row("enrollments", List.of("enrollments"), List.of()),
            new Row("demographics, resources", List.of("demographics", "resources"), List.of()));

    @Test
    void theTableMatchesThePolicy() throws IOException, InvalidRequest {
        String page = Files.readString(PAGE);
        int begin = page.indexOf(BEGIN) + BEGIN.length();
        int end = page.indexOf(END);
        assertThat(begin).as("the page has the markers for the table").isGreaterThanOrEqualTo(BEGIN.length());
        if (Boolean.getBoolean("roster-policy.write")) {
            Files.writeString(PAGE, page.substring(0, begin) + table() + page.substring(end));
            return;
        }
        assertThat(page.substring(begin, end)).isEqualTo(table());
    }

    private static String table() throws InvalidRequest {
        Map<String, Caller> readers = new LinkedHashMap<>();
        readers.put("student", TestMemberships.reader("sam", "Student"));
        readers.put("teacher", TestMemberships.reader("tina", "Teacher"));
        readers.put("guardian", TestMemberships.reader("gil", "Guardian"));
        readers.put("`roster-administrator`", Caller.ofAdministrator());
        StringBuilder table = new StringBuilder("| | " + String.join(" | ", readers.keySet()) + " |\n");
        table.append("|---".repeat(readers.size() + 1)).append("|\n");
        for (Row row : ROWS) {
            table.append("| ").append(row.what());
            for (Caller reader : readers.values()) {
                table.append(" | ").append(cell(row, reader));
            }
            table.append(" |\n");
        }
        return table.toString();
    }

    private static String cell(Row row, Caller reader) throws InvalidRequest {
        boolean own = all(row.own(), reader);
        boolean others = all(row.others(), reader);
        if (!own) {
            return "no";
        }
        boolean whole = reader.administrator() || row.what().startsWith("orgs");
        return whole && others ? "yes" : "their own";
    }

    private static boolean all(List<String> paths, Caller reader) throws InvalidRequest {
        for (String path : paths) {
            Decision decision =
                    PolicyTest.decide(reader, path.formatted(reader.sourcedId().orElse("sam")));
            boolean nothing = decision instanceof Visible visible && visible.total() == 0;
            if (decision instanceof Refused || nothing) {
                return false;
            }
        }
        return true;
    }
}
