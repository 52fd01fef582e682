package io.github.k12sso.classlink.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Academic sessions and the terms of classes. */
class TermsTest extends RosterTests {
    @Test
    void termsOfClassesAreTheSchoolYear() {
        for (JsonNode row : read("classes?limit=10000").get("classes")) {
            assertThat(ids(row.get("terms"))).containsExactly("FY");
        }
        assertThat(ids(read("academicSessions").get("academicSessions")))
                .containsExactly("FY", "GP1", "GP2", "GP3", "GP4", "T1", "T2");
        assertThat(ids(read("academicSessions/FY").get("academicSession").get("children")))
                .containsExactly("T1", "T2");
        assertThat(read("terms/FY/classes?limit=10000").get("classes"))
                .hasSameSizeAs(read("classes?limit=10000").get("classes"));
        assertThat(read("terms/GP1/classes").get("classes")).isEmpty();
    }

    @Test
    void oneDistrictUsesGradingPeriodsOfATermOrTheSchoolYear() {
        Set<List<String>> terms = new HashSet<>();
        Set<String> parents = new HashSet<>();
        for (JsonNode row : read("willowcreek", "classes?limit=10000").get("classes")) {
            terms.add(ids(row.get("terms")));
            for (String id : ids(row.get("terms"))) {
                JsonNode session = read("willowcreek", "academicSessions/" + id).get("academicSession");
                assertThat(session.get("type").textValue()).isEqualTo("gradingPeriod");
                assertThat(read("willowcreek", "gradingPeriods/" + id).get("academicSession"))
                        .isEqualTo(session);
                assertFailure(call("willowcreek", "terms/" + id), 404, "unknownobject");
                parents.add(read("willowcreek", "academicSessions/" + sourcedId(session.get("parent")))
                        .get("academicSession")
                        .get("type")
                        .textValue());
                assertThat(ids(read("willowcreek", "terms/" + id + "/classes?limit=10000")
                                .get("classes")))
                        .contains(sourcedId(row));
            }
        }
        assertThat(terms)
                .containsExactlyInAnyOrder(
                        List.of("GP1", "GP2", "GP3", "GP4"), List.of("TR1", "TR2", "TR3"), List.of("GP1", "GP2"));
        assertThat(parents).containsExactlyInAnyOrder("term", "schoolYear");
    }

    @Test
    void parentAndChildSessionsAreConsistent() {
        for (String district : List.of("maplevalley", "willowcreek")) {
            Set<String> down = new TreeSet<>();
            Set<String> up = new TreeSet<>();
            for (JsonNode session : read(district, "academicSessions").get("academicSessions")) {
                ids(session.get("children")).forEach(child -> down.add(sourcedId(session) + " " + child));
                if (session.has("parent")) {
                    JsonNode parent = read(district, "academicSessions/" + sourcedId(session.get("parent")))
                            .get("academicSession");
                    up.add(sourcedId(parent) + " " + sourcedId(session));
                    assertThat(session.get("startDate").textValue())
                            .isGreaterThanOrEqualTo(parent.get("startDate").textValue());
                    assertThat(session.get("endDate").textValue())
                            .isLessThanOrEqualTo(parent.get("endDate").textValue());
                }
            }
            assertThat(down).isEqualTo(up).isNotEmpty();
        }
        assertThat(ids(read("willowcreek", "gradingPeriods").get("academicSessions")))
                .containsExactly("GP1", "GP2", "GP3", "GP4", "TR1", "TR2", "TR3");
        assertThat(ids(read("willowcreek", "terms/T1/gradingPeriods").get("academicSessions")))
                .containsExactly("GP1", "GP2");
    }

    private static String sourcedId(JsonNode row) {
        return row.get("sourcedId").textValue();
    }
}
