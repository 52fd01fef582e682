package io.github.k12sso.classlink.mapper;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.k12sso.classlink.Stub;
import io.github.k12sso.classlink.mapper.ClassLinkRoleMapper.RoleNames;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.keycloak.models.ClientModel;
import org.keycloak.models.RealmModel;
import org.keycloak.models.RoleContainerModel;
import org.keycloak.models.RoleModel;

class RoleNamesTest {

    @ParameterizedTest
    @CsvSource({
        "Teacher,Teacher",
        "teacher,TEACHER",
        "Aide##Teacher,teacher",
        " Tenant Administrator ## ,tenant administrator",
        "Teacher,' Teacher '"
    })
    void areNotCaseSensitive(String setting, String role) {
        assertThat(matches(setting, "\"" + role + "\"")).isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "Administrator,Tenant Administrator",
        "Tenant Administrator,Administrator",
        "Teach,Teacher",
        ".*,Teacher"
    })
    void mustMatchExactly(String setting, String role) {
        assertThat(matches(setting, "\"" + role + "\"")).isFalse();
    }

    @ParameterizedTest
    @NullSource
    @ValueSource(strings = {"", "  ", "##", " ## "})
    void matchNothingIfTheSettingIsEmpty(String setting) {
        assertThat(matches(setting, "\"Teacher\"")).isFalse();
        assertThat(matches(setting, "\"\"")).isFalse();
        assertThat(matches(setting, "null")).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"Aide\nTeacher", "Aide\r\n Teacher \n", "Aide\nParent##Teacher"})
    void areReadOnePerLineAsTheConsoleStoresThem(String setting) {
        assertThat(matches(setting, "\"Teacher\"")).isTrue();
        assertThat(matches(setting, "\"Aide\"")).isTrue();
        assertThat(matches(setting, "\"AideTeacher\"")).isFalse();
    }

    @Test
    void matchIfTheUserHasAnyOfTheRoles() {
        assertThat(matches("Aide", "[\"Teacher\", \"aide\"]")).isTrue();
        assertThat(matches("Aide", "[]")).isFalse();
    }

    @Test
    void areComparedIndependentlyOfTheServersLocale() {
        Locale before = Locale.getDefault();
        Locale.setDefault(Locale.forLanguageTag("tr"));
        try {
            assertThat(matches("TENANT ADMINISTRATOR", "\"tenant administrator\""))
                    .isTrue();
        } finally {
            Locale.setDefault(before);
        }
    }

    private static boolean matches(String setting, String roles) {
        return RoleNames.parse(setting).matchOneOf(MapperDocuments.profile("\"Role\": " + roles));
    }

    /** A database may also find a role by a name that compares as equal, see docs/administer/users.md. */
    @ParameterizedTest
    @CsvSource({"staff, true", "Staff, false", "stâff, false"})
    void aRoleIsFoundByItsExactNameOnly(String name, boolean exact) {
        RealmModel realm = Stub.of(RealmModel.class, Map.of());
        ClientModel client = Stub.of(ClientModel.class, Map.of("getClientId", arguments -> "app"));

        assertThat(ClassLinkRoleMapper.isCalled("staff", role(name, realm))).isEqualTo(exact);
        assertThat(ClassLinkRoleMapper.isCalled("app.staff", role(name, client)))
                .isEqualTo(exact);
        assertThat(ClassLinkRoleMapper.isCalled("staff", role(name, client))).isFalse();
    }

    private static RoleModel role(String name, RoleContainerModel container) {
        return Stub.of(RoleModel.class, Map.of("getName", arguments -> name, "getContainer", arguments -> container));
    }
}
