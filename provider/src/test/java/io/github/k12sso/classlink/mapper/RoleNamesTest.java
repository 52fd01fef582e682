package io.github.k12sso.classlink.mapper;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.k12sso.classlink.mapper.ClassLinkRoleMapper.RoleNames;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

class RoleNamesTest {

    @ParameterizedTest
    @CsvSource({
        "Teacher,Teacher",
        "teacher,TEACHER",
        "Aide##Teacher,teacher",
        " Tenant Administrator ## ,tenant administrator",
        "Teacher,' Teacher '"
    })
    void areComparedWithoutRegardToCase(String setting, String role) {
        assertThat(matches(setting, "\"" + role + "\"")).isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "Administrator,Tenant Administrator",
        "Tenant Administrator,Administrator",
        "Teach,Teacher",
        ".*,Teacher"
    })
    void areComparedWhole(String setting, String role) {
        assertThat(matches(setting, "\"" + role + "\"")).isFalse();
    }

    @ParameterizedTest
    @NullSource
    @ValueSource(strings = {"", "  ", "##", " ## "})
    void ofAnEmptySettingMatchNobody(String setting) {
        assertThat(matches(setting, "\"Teacher\"")).isFalse();
        assertThat(matches(setting, "\"\"")).isFalse();
        assertThat(matches(setting, "null")).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"Aide\nTeacher", "Aide\r\n Teacher \n", "Aide\nParent##Teacher"})
    void standOneALineAsTheConsoleWritesThem(String setting) {
        assertThat(matches(setting, "\"Teacher\"")).isTrue();
        assertThat(matches(setting, "\"Aide\"")).isTrue();
        assertThat(matches(setting, "\"AideTeacher\"")).isFalse();
    }

    @Test
    void matchAnyOfSeveralRoles() {
        assertThat(matches("Aide", "[\"Teacher\", \"aide\"]")).isTrue();
        assertThat(matches("Aide", "[]")).isFalse();
    }

    @Test
    void areComparedAlikeOnATurkishServer() {
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
}
