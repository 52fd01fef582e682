package io.github.k12sso.classlink.profile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.k12sso.classlink.profile.Profile.SourcedId;
import io.github.k12sso.classlink.profile.Profile.TenantId;
import java.math.BigInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ProfileTest {

    @Nested
    @DisplayName("given characters that databases reject")
    class GivenCharactersThatNoDatabaseStores {

        private static final String ODD = "a\u0000b\uD800c\uD83D\uDE00";
        private static final String STORED = "abc\uD83D\uDE00";

        @Test
        void thenTheyAreRemoved() {
            ObjectNode document = Documents.student().put("Building", ODD);
            document.putObject("Nested").putArray("list").add(ODD).add(1);

            ObjectNode read = Documents.read(document).document();

            assertThat(read.path("Building").textValue()).isEqualTo(STORED);
            assertThat(read.at("/Nested/list/0").textValue()).isEqualTo(STORED);
            assertThat(read.at("/Nested/list/1").intValue()).isEqualTo(1);
        }

        @Test
        void thenAnIdThatContainsThemIsInvalid() {
            assertThatThrownBy(() -> Profile.read(Documents.student().put("UserId", "1\u00002")))
                    .isInstanceOf(Profile.Unreadable.class);
            assertThat(Documents.read(Documents.student().put("SourcedId", "1\u00002"))
                            .sourcedId())
                    .isEmpty();
        }
    }

    @Nested
    @DisplayName("given ClassLink's /v2/my/info")
    class GivenMyInfo {

        @Test
        void givenTheDocumentedStudent_thenEveryFieldIsRead() {
            Profile profile = Documents.read(Documents.student());

            assertThat(profile.userId()).isEqualTo("1516492");
            assertThat(profile.tenantId()).contains(new TenantId("2"));
            assertThat(profile.tenantName()).contains("ClassLink Demo");
            assertThat(profile.building()).contains("CL Demo Building1");
            assertThat(profile.stateName()).contains("New Jersey");
            assertThat(profile.sourcedId()).contains(new SourcedId("4801508017"));
            assertThat(profile.loginId()).contains("4801508017");
            assertThat(profile.email()).contains("480150801709112015161127962@demo.local");
            assertThat(profile.firstName()).contains("Reading");
            assertThat(profile.lastName()).contains("Student");
            assertThat(profile.roles()).containsExactly("Student");
        }

        @Test
        void givenTheProductionTeacher_thenAnOrgIdArrayIsAccepted() {
            Profile profile = Documents.read(Documents.teacher());

            assertThat(profile.tenantId()).contains(new TenantId("2222"));
            assertThat(profile.sourcedId()).contains(new SourcedId("5678_T5678-0005"));
            assertThat(profile.roles()).containsExactly("Teacher");
            assertThat(profile.document().path("OrgId").path(0).textValue()).isEqualTo("5678");
        }

        @Test
        void givenAnEmptyOrgId_thenItIsKeptUnchanged() {
            assertThat(Documents.read(Documents.student())
                            .document()
                            .path("OrgId")
                            .textValue())
                    .isEmpty();
        }

        @Test
        void givenIdsAsStrings_thenTheyAreReadLikeNumbers() {
            ObjectNode document = Documents.student()
                    .put("UserId", "1516492")
                    .put("TenantId", "2")
                    .put("SourcedId", 4801508017L);

            Profile profile = Documents.read(document);

            assertThat(profile.userId()).isEqualTo("1516492");
            assertThat(profile.tenantId()).contains(new TenantId("2"));
            assertThat(profile.sourcedId()).contains(new SourcedId("4801508017"));
        }

        @Test
        void givenAnIdLargerThanALong_thenNoDigitIsLost() {
            ObjectNode document = Documents.student().put("UserId", new BigInteger("123456789012345678901234567890"));

            assertThat(Documents.read(document).userId()).isEqualTo("123456789012345678901234567890");
        }

        @Test
        void givenOnlyAnIdentity_thenEverythingElseIsAbsent() {
            Profile profile = Documents.read(Documents.json("{\"UserId\": 7}"));

            assertThat(profile.tenantId()).isEmpty();
            assertThat(profile.tenantName()).isEmpty();
            assertThat(profile.sourcedId()).isEmpty();
            assertThat(profile.loginId()).isEmpty();
            assertThat(profile.email()).isEmpty();
            assertThat(profile.firstName()).isEmpty();
            assertThat(profile.lastName()).isEmpty();
            assertThat(profile.roles()).isEmpty();
        }

        @ParameterizedTest
        @ValueSource(strings = {"\"\"", "\"   \"", "null", "true", "1.5", "{\"a\":\"b\"}", "[\"x\"]"})
        void givenABlankFieldOrAnotherType_thenItIsAbsent(String value) {
            Profile profile = Documents.read(Documents.json("""
                    {"UserId": 7, "TenantId": %1$s, "Tenant": %1$s, "SourcedId": %1$s, "LoginId": %1$s, "Email": %1$s,
                     "FirstName": %1$s, "LastName": %1$s}
                    """.formatted(value)));

            assertThat(profile.tenantId()).isEmpty();
            assertThat(profile.tenantName()).isEmpty();
            assertThat(profile.sourcedId()).isEmpty();
            assertThat(profile.loginId()).isEmpty();
            assertThat(profile.email()).isEmpty();
            assertThat(profile.firstName()).isEmpty();
            assertThat(profile.lastName()).isEmpty();
        }

        @ParameterizedTest
        @ValueSource(strings = {"\"\"", "\"  \"", "null", "false", "{}", "[]", "[null, {}, \" \", 1.5]"})
        void givenARoleThatIsNotAString_thenThereIsNoRole(String role) {
            assertThat(Documents.read(Documents.json("{\"UserId\": 7, \"Role\": " + role + "}"))
                            .roles())
                    .isEmpty();
        }

        @Test
        void givenSpacesAroundNames_thenTheyAreStripped() {
            Profile profile = Documents.read(Documents.json(
                    "{\"UserId\": 7, \"FirstName\": \" Ann \", \"Role\": \" Student\", \"TenantId\": \" 2 \"}"));

            assertThat(profile.firstName()).contains("Ann");
            assertThat(profile.roles()).containsExactly("Student");
            assertThat(profile.tenantId()).contains(new TenantId("2"));
        }

        @Test
        void givenFieldsOfAnotherFormat_thenTheyAreIgnored() {
            ObjectNode document = Documents.json(
                    "{\"UserId\": 7, \"sub\": \"8\", \"id\": \"9\", \"email\": \"other@example.org\", \"classLink_tenant_id\": 3}");

            Profile profile = Documents.read(document);

            assertThat(profile.userId()).isEqualTo("7");
            assertThat(profile.email()).isEmpty();
            assertThat(profile.tenantId()).isEmpty();
        }
    }

    @Nested
    @DisplayName("given OpenID Connect userinfo")
    class GivenUserInfo {

        @Test
        void givenTheProfileinfoBody_thenEveryFieldIsRead() {
            Profile profile = Documents.read(Documents.userInfo());

            assertThat(profile.userId()).isEqualTo("1516492");
            assertThat(profile.tenantId()).contains(new TenantId("2"));
            assertThat(profile.tenantName()).contains("ClassLink Demo");
            assertThat(profile.building()).isEmpty();
            assertThat(profile.stateName()).contains("New Jersey");
            assertThat(profile.sourcedId()).contains(new SourcedId("4801508017"));
            assertThat(profile.loginId()).contains("4801508017");
            assertThat(profile.email()).contains("480150801709112015161127962@demo.local");
            assertThat(profile.firstName()).contains("Reading");
            assertThat(profile.lastName()).contains("Student");
            assertThat(profile.roles()).containsExactly("Student");
        }

        @Test
        void givenTheTenantAsAStringOnly_thenItIsRead() {
            ObjectNode document = Documents.userInfo();
            document.remove("classLink_tenant_id");

            assertThat(Documents.read(document).tenantId()).contains(new TenantId("2"));
        }

        @Test
        void givenAnAddressAsAString_thenThereIsNoDistrictName() {
            assertThat(Documents.read(Documents.userInfo().put("address", "1 Main Street"))
                            .tenantName())
                    .isEmpty();
        }

        @Test
        void givenANumericSub_thenItIsReadAsAString() {
            assertThat(Documents.read(Documents.userInfo().put("sub", 1516492)).userId())
                    .isEqualTo("1516492");
        }
    }

    @Nested
    @DisplayName("given the integration guide's document")
    class GivenGuide {

        @Test
        void thenEveryFieldIsReadAndThereIsNoDistrict() {
            Profile profile = Documents.read(Documents.guide());

            assertThat(profile.userId()).isEqualTo("12345");
            assertThat(profile.email()).contains("jane.doe@example.org");
            assertThat(profile.firstName()).contains("Jane");
            assertThat(profile.lastName()).contains("Doe");
            assertThat(profile.roles()).containsExactly("student");
            assertThat(profile.tenantId()).isEmpty();
            assertThat(profile.sourcedId()).isEmpty();
            assertThat(profile.loginId()).isEmpty();
        }

        @Test
        void givenSeveralRoles_thenAllAreKeptInOrder() {
            Profile profile =
                    Documents.read(Documents.json("{\"id\": 5, \"roles\": [\"teacher\", 7, \"\", null, \"parent\"]}"));

            assertThat(profile.userId()).isEqualTo("5");
            assertThat(profile.roles()).containsExactly("teacher", "7", "parent");
        }

        @Test
        void givenARoleAsAString_thenItIsTheOnlyRole() {
            assertThat(Documents.read(Documents.json("{\"id\": 5, \"roles\": \"teacher\"}"))
                            .roles())
                    .containsExactly("teacher");
        }
    }

    @Nested
    @DisplayName("given a document without an identity")
    class GivenNoIdentity {

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "{}",
                    "{\"Email\": \"secret@example.org\", \"LoginId\": \"secret\"}",
                    "{\"UserId\": \"\"}",
                    "{\"UserId\": \" \\t\", \"sub\": null, \"id\": []}",
                    "{\"UserId\": 1.0}",
                    "{\"UserId\": true}",
                    "{\"sub\": {\"UserId\": 1}}",
                    "{\"userid\": 1, \"ID\": 2}"
                })
        void thenItIsUnreadableAndTheMessageQuotesNothing(String document) {
            assertThatThrownBy(() -> Profile.read(Documents.json(document)))
                    .isInstanceOf(Profile.Unreadable.class)
                    .hasMessageContainingAll("UserId", "sub", "id")
                    .hasMessageNotContaining("secret")
                    .hasNoCause();
        }

        @Test
        void anIdHas255CharactersAtMost() throws Profile.Unreadable {
            ObjectNode document = Documents.json("{}");

            assertThat(Profile.read(document.put("UserId", "7".repeat(255))).userId())
                    .hasSize(255);
            assertThatThrownBy(() -> Profile.read(document.put("UserId", "7".repeat(256))))
                    .isInstanceOf(Profile.Unreadable.class);
        }

        @Test
        void givenABlankIdInTheFirstFormat_thenTheNextFormatIsTried() {
            assertThat(Documents.read(Documents.json("{\"UserId\": \"\", \"sub\": \"8\"}"))
                            .userId())
                    .isEqualTo("8");
        }
    }

    @Nested
    @DisplayName("when the document is returned")
    class Document {

        @Test
        void thenUnknownFieldsAreIncluded() {
            assertThat(Documents.read(Documents.teacher()).document()).isEqualTo(Documents.teacher());
            assertThat(Documents.read(Documents.teacher())
                            .document()
                            .path("or_email")
                            .textValue())
                    .isEqualTo("teacher@example.org");
        }

        @Test
        void thenChangingTheCopyDoesNotChangeTheProfile() {
            Profile profile = Documents.read(Documents.teacher());

            profile.document().put("UserId", 1).withArray("OrgId").add("9999");

            assertThat(profile.document()).isEqualTo(Documents.teacher());
            assertThat(profile.userId()).isEqualTo("9000001");
        }

        @Test
        void thenChangingTheOriginalDoesNotChangeTheProfile() {
            ObjectNode original = Documents.teacher();
            Profile profile = Documents.read(original);

            original.put("UserId", 1).withArray("OrgId").add("9999");

            assertThat(profile.document()).isEqualTo(Documents.teacher());
        }

        @Test
        void thenTheRolesAreImmutable() {
            assertThatThrownBy(() -> Documents.read(Documents.guide()).roles().add("administrator"))
                    .isInstanceOf(UnsupportedOperationException.class);
        }
    }

    @Test
    void toStringContainsNoPersonalData() {
        assertThat(Documents.read(Documents.student())).hasToString("Profile[…]");
    }
}
