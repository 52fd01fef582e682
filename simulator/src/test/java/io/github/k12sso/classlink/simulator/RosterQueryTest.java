package io.github.k12sso.classlink.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Envelopes, pagination and query parameters. */
class RosterQueryTest extends RosterTests {
    @Nested
    class Envelopes {
        @ParameterizedTest
        @CsvSource({
            "users, users",
            "students, users",
            "teachers, users",
            "orgs, orgs",
            "schools, orgs",
            "classes, classes",
            "courses, courses",
            "enrollments, enrollments",
            "academicSessions, academicSessions",
            "terms, academicSessions",
            "gradingPeriods, academicSessions",
            "demographics, demographics",
            "resources, resources",
            "schools/SCH0001/classes, classes",
            "schools/SCH0001/students, users",
            "schools/SCH0001/teachers, users",
            "schools/SCH0001/courses, courses",
            "schools/SCH0001/enrollments, enrollments",
            "schools/SCH0001/terms, academicSessions",
            "classes/C0000001/students, users",
            "classes/C0000001/teachers, users",
            "courses/CRS0000001/classes, classes",
            "terms/FY/classes, classes",
            "terms/T1/gradingPeriods, academicSessions",
            "schools/SCH0001/classes/C0000001/students, users",
            "schools/SCH0001/classes/C0000001/teachers, users",
            "schools/SCH0001/classes/C0000001/enrollments, enrollments",
        })
        void areNamedAfterTheType(String path, String key) {
            JsonNode body = read(path);
            assertThat(body.fieldNames()).toIterable().containsExactly(key);
            assertThat(body.get(key)).isNotEmpty();
        }

        @ParameterizedTest
        @CsvSource({
            "users, user",
            "students, user",
            "teachers, user",
            "orgs, org",
            "schools, org",
            "classes, class",
            "courses, course",
            "enrollments, enrollment",
            "academicSessions, academicSession",
            "terms, academicSession",
            "gradingPeriods, academicSession",
            "demographics, demographics",
            "resources, resource",
        })
        void ofSingleObjectsAreNamedAfterTheType(String collection, String key) {
            for (JsonNode listed : read(collection).elements().next()) {
                JsonNode single =
                        read(collection + "/" + encoded(listed.get("sourcedId").asText()));
                assertThat(single.fieldNames()).toIterable().containsExactly(key);
                assertThat(single.get(key)).isEqualTo(listed);
            }
        }

        @Test
        void collectionsWithoutRowsAreEmpty() {
            assertThat(read("classes/C0000001/results").get("results")).isEmpty();
        }
    }

    @Nested
    class Paging {
        @Test
        void defaultsToAHundredRowsAndSendsTheTotal() {
            HttpResponse<String> response = call("maplevalley", "users");
            assertThat(RelyingParty.json(response).get("users")).hasSize(100);
            assertThat(response.headers().firstValue("X-Total-Count")).hasValue("400");
            assertThat(response.headers().firstValue("x-count")).hasValue("100");
            assertThat(response.headers().firstValue("x-perm-rev")).isPresent();
        }

        @Test
        void returnsEveryUserOnceInOrder() {
            List<String> all = new ArrayList<>();
            for (int offset = 0; offset < 400; offset += 150) {
                all.addAll(ids(read("users?sort=sourcedId&orderBy=asc&limit=150&offset=" + offset)
                        .get("users")));
            }
            assertThat(all).hasSize(400).doesNotHaveDuplicates().isSorted();
            assertThat(ids(read("users?limit=10000").get("users"))).isEqualTo(all);
            List<String> reversed = new ArrayList<>(all);
            Collections.reverse(reversed);
            assertThat(ids(read("users?sort=sourcedId&orderBy=desc&limit=10000").get("users")))
                    .isEqualTo(reversed);
        }

        @Test
        void ignoresAnUnknownOrder() {
            assertThat(read("users?sort=sourcedId&orderBy=dsc")).isEqualTo(read("users?sort=sourcedId&orderBy=asc"));
        }

        @Test
        void endsWithAnEmptyPage() {
            assertThat(read("users?offset=400").get("users")).isEmpty();
            assertThat(read("users?offset=2147483647&limit=10000").get("users")).isEmpty();
        }

        @ParameterizedTest
        @ValueSource(strings = {"limit=0", "limit=-1", "limit=x", "offset=-1", "offset=99999999999"})
        void refusesInvalidParameters(String query) {
            assertFailure(call("maplevalley", "users?" + query), 400, "invaliddata");
        }
    }

    @Nested
    class Selection {
        @Test
        void sortsByEveryField() {
            List<String> names = new ArrayList<>();
            read("students?sort=familyName&limit=10000")
                    .get("users")
                    .forEach(row -> names.add(row.get("familyName").asText()));
            assertThat(names).hasSizeGreaterThan(300).isSorted();
        }

        @Test
        void warnsAboutAnUnknownSortField() {
            JsonNode body = read("users?sort=shoeSize");
            assertThat(body.get("users")).hasSize(100);
            assertThat(body.get("statusInfoSet").get(0).get("imsx_codeMinor").asText())
                    .isEqualTo("invalid_sort_field");
        }

        @Test
        void returnsOnlyTheRequestedFields() {
            assertThat(read("users?fields=sourcedId,role").get("users").get(0).fieldNames())
                    .toIterable()
                    .containsExactly("sourcedId", "role");
            assertFailure(call("maplevalley", "users?fields=sourcedId,shoeSize"), 400, "invalid_selection_field");
        }

        @ParameterizedTest
        @CsvSource(
                delimiter = '|',
                value = {
                    "role='teacher' | 20",
                    "role!='teacher' | 380",
                    "role='teacher' OR role='administrator' | 21",
                    "role='student' AND sourcedId='4801508017' | 1",
                    "role='teacher' AND sourcedId='4801508017' | 0",
                    "sourcedId>='T0000003' AND sourcedId<='T0000004' | 2",
                    "sourcedId>'T0000003' AND sourcedId<'T0000004' | 0",
                    "username~'fernwick' AND role='student' | 20",
                    "status='active' | 400",
                    "familyName='Samewise' | 1",
                    "orgs.sourcedId='SCH0001' AND role='teacher' | 12",
                    "dateLastModified>'2027-01-01T00:00:00.000Z' | 0",
                })
        void filters(String filter, int expected) {
            HttpResponse<String> response = call("maplevalley", "users?limit=1&filter=" + encoded(filter));
            assertThat(response.headers().firstValue("X-Total-Count")).hasValue(Integer.toString(expected));
            assertThat(RelyingParty.json(response).get("users")).hasSize(Math.min(1, expected));
        }

        @Test
        void filtersAcrossPages() {
            List<String> paged = new ArrayList<>();
            for (int offset = 0; offset < 20; offset += 7) {
                paged.addAll(ids(read("users?limit=7&offset=" + offset + "&filter=" + encoded("role='teacher'"))
                        .get("users")));
            }
            assertThat(paged).isEqualTo(ids(read("teachers").get("users")));
        }

        @Test
        void filtersByReferenceAndList() {
            JsonNode enrollments = read("enrollments?filter="
                            + encoded("user.sourcedId='4801508017' AND role='student'"))
                    .get("enrollments");
            assertThat(enrollments)
                    .hasSize(4)
                    .allSatisfy(
                            row -> assertThat(row.get("user").get("sourcedId").asText())
                                    .isEqualTo("4801508017"));
            assertThat(read("classes?filter=" + encoded("grades~'KG,99'")).get("classes"))
                    .isNotEmpty()
                    .allSatisfy(
                            row -> assertThat(row.get("grades").get(0).asText()).isEqualTo("KG"));
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "shoeSize='9'",
                    "role",
                    "role='a' AND role='b' AND role='c'",
                    "role=student",
                    "role='a' XOR role='b'",
                    "role='a"
                })
        void refusesInvalidFilters(String filter) {
            assertFailure(call("maplevalley", "users?filter=" + encoded(filter)), 400, "invalid_filter_field");
        }
    }
}
