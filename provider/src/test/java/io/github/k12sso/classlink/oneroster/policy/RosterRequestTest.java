package io.github.k12sso.classlink.oneroster.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.github.k12sso.classlink.oneroster.policy.RosterRequest.InvalidRequest;
import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.NotEmpty;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.keycloak.common.util.Encode;

class RosterRequestTest {

    @ParameterizedTest
    @CsvSource({
        "users, USER, false",
        "users/1, USER, true",
        "students/1/classes, CLASS, false",
        "schools/1/terms, ACADEMIC_SESSION, false",
        "schools/1/classes/2/students, USER, false",
        "terms/1/gradingPeriods, ACADEMIC_SESSION, false",
        "orgs/1, ORG, true",
        "demographics, DEMOGRAPHICS, false",
        "courses/1/classes, CLASS, false"
    })
    void oneRosterPathsAreAccepted(String path, RosterObjectType objectType, boolean single) throws InvalidRequest {
        assertThat(Requests.of(path).objectType()).isEqualTo(objectType);
        assertThat(Requests.of(path).isSingle()).isEqualTo(single);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "Users",
                "users//1",
                "users/1/2",
                "/users",
                "users/..",
                "users/.",
                "..",
                "applications",
                "users/1/users",
                "schools/1/classes/2",
                "classes/1/lineItems",
                "users/ ",
                "/",
                "results",
                "users/%00"
            })
    void otherPathsAreRefused(String path) {
        assertThatExceptionOfType(InvalidRequest.class)
                .isThrownBy(() -> Requests.of(path.replace("%00", "\u0000")))
                .matches(InvalidRequest::isUnknownPath);
    }

    /** Trap 16, docs/internals/classlink-rosters.md. */
    @Test
    void idsAreEncoded() throws InvalidRequest {
        assertThat(RosterRequest.parse(List.of("users", "7|north/2 b"), Map.of())
                        .target())
                .isEqualTo("/users/7%7Cnorth%2F2%20b");
        assertThat(RosterRequest.parse(List.of("users", "a%2Fb"), Map.of()).target())
                .isEqualTo("/users/a%252Fb");
    }

    /** Any id is encoded as one path segment without delimiters. */
    @Property
    void anIdStaysWithinItsPathSegment(@ForAll @NotEmpty String id) {
        try {
            String target = RosterRequest.parse(List.of("users", id), Map.of()).target();
            assertThat(target).matches("/users/[A-Za-z0-9._~%-]+");
            assertThat(target).isNotEqualTo("/users/.").isNotEqualTo("/users/..");
        } catch (InvalidRequest e) {
            assertThat(e.isUnknownPath()).isTrue();
        }
    }

    /** Trap 25, docs/internals/classlink-rosters.md. */
    @Test
    void everyPageIsRequestedInTheSameOrder() throws InvalidRequest {
        assertThat(Requests.of("users").target()).isEqualTo("/users?limit=100&offset=0&sort=sourcedId&orderBy=asc");
        assertThat(Requests.of("users?limit=10000&offset=20000&sort=familyName&orderBy=desc")
                        .target())
                .isEqualTo("/users?limit=10000&offset=20000&sort=familyName&orderBy=desc");
    }

    @Test
    void aFilterIsFullyEncoded() throws InvalidRequest {
        String filter = "familyName='O''Neil & Söhne' AND status='active'";
        assertThat(RosterRequest.parse(List.of("users"), Map.of("filter", List.of(filter)))
                        .target())
                .endsWith("&filter=familyName%3D%27O%27%27Neil%20%26%20S%C3%B6hne%27%20AND%20status%3D%27active%27");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "users?limit=0|invaliddata",
                "users?limit=-1|invaliddata",
                "users?limit=ten|invaliddata",
                "users?offset=-1|invaliddata",
                "users?orderBy=dsc|invaliddata",
                "users?sort=a b|invalid_sort_field",
                "users?fields=a;b|invalid_selection_field",
                "users?filter=name|invalid_filter_field",
                "users?filter=a='1' AND b='2' AND c='3'|invalid_filter_field",
                "users?filter=a='1' XOR b='2'|invalid_filter_field",
                "users?filter=a='1'; drop|invalid_filter_field",
                "users?filter=a=1|invalid_filter_field"
            })
    void unknownParametersAreRefused(String request, String codeMinor) {
        assertThatExceptionOfType(InvalidRequest.class)
                .isThrownBy(() -> Requests.of(request))
                .extracting(InvalidRequest::codeMinor)
                .isEqualTo(codeMinor);
    }

    @Test
    void aParameterRepeatedWithAnotherValueIsRefused() throws InvalidRequest {
        assertThatExceptionOfType(InvalidRequest.class)
                .isThrownBy(() -> RosterRequest.parse(List.of("users"), Map.of("limit", List.of("1", "2"))));
        assertThat(RosterRequest.parse(List.of("users"), Map.of("limit", List.of("7", "7")))
                        .limit())
                .isEqualTo(7);
    }

    /** Real clients send all of these. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "courses/?limit=|courses",
                "users///|users",
                "users?filter=&fields=&sort=&orderBy=&offset=|users",
                "users?limit=+|users",
                "users?access_token=x&page=2&foo=|users",
                "users?fields=,|users",
                "users?orderBy=ASC|users",
                "users?orderBy=DESC|users?orderBy=desc",
                "users?limit=50000|users?limit=10000",
                "users?limit=99999999999999999999|users?limit=10000",
                "users?limit=007|users?limit=7",
                "users?fields=role,,sourcedId,|users?fields=role,sourcedId",
                "users/1/|users/1",
                "users/1?limit=0&offset=x&sort=a b&orderBy=up&filter=zzz&page=1|users/1",
                "users/1?fields=|users/1"
            })
    void parametersWithoutEffectAreIgnored(String sent, String meant) throws InvalidRequest {
        assertThat(Requests.of(sent.replace("+", " ")).link())
                .isEqualTo(Requests.of(meant).link());
    }

    /** A proxy or server behind the gateway may decode an id again or treat a backslash as a slash. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "..",
                ".",
                "../../applications",
                "a/../b",
                "a/..",
                "/a",
                "a/",
                "a//b",
                "..\\a",
                "%2e%2e",
                "%2e%2e%2fa",
                "%252e%252e%252fa",
                "a%2f..%2fb",
                "..;x",
                "..;x/a",
                " .. ",
                ";"
            })
    void anIdThatLooksLikeAPathIsRefused(String id) {
        for (List<String> path : List.of(List.of("users", id), List.of("schools", id, "students"))) {
            assertThatExceptionOfType(InvalidRequest.class)
                    .isThrownBy(() -> RosterRequest.parse(path, Map.of()))
                    .matches(InvalidRequest::isUnknownPath);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"7|north/2 b", "a.b", "..a", "100%", "a%2Fb", "a;b=c:d@e", "...", "é"})
    void anyOtherIdIsAccepted(String id) throws InvalidRequest {
        assertThat(RosterRequest.parse(List.of("users", id), Map.of()).isSingle())
                .isTrue();
    }

    @Test
    void anIdHas255CharactersAtMost() throws InvalidRequest {
        assertThat(RosterRequest.parse(List.of("users", "x".repeat(255)), Map.of())
                        .isSingle())
                .isTrue();
        assertThatExceptionOfType(InvalidRequest.class)
                .isThrownBy(() -> RosterRequest.parse(List.of("users", "x".repeat(256)), Map.of()));
    }

    @Test
    void theFieldsParameterIsNotSentButKeptInLinks() throws InvalidRequest {
        RosterRequest request = Requests.of("users?fields=sourcedId,role");

        assertThat(request.target()).doesNotContain("fields");
        assertThat(request.link()).endsWith("&fields=sourcedId,role");
    }

    @Property
    void aFilterValueCannotEscapeItsQuotes(@ForAll String id) {
        String written = RosterFilter.Clause.equal("sourcedId", id).toString();

        assertThat(written.substring("sourcedId='".length(), written.length() - 1)
                        .replace("''", ""))
                .doesNotContain("'");
    }

    /** The reason not to use Keycloak's encoder: a server may read these characters as matrix parameters. */
    @Test
    void keycloaksEncoderLeavesMatrixSeparatorsInASegment() {
        String id = "a;b=c:d@e";

        assertThat(Encode.encodePathSegmentAsIs(id)).isEqualTo(id);
        assertThat(RosterRequest.encode(id)).isEqualTo("a%3Bb%3Dc%3Ad%40e");
    }
}
