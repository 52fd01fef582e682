package io.github.k12sso.classlink.simulator.district;

import java.util.List;
import java.util.Optional;

/**
 * What makes a persona different from the generated person in whose place it stands.
 *
 * @param sourcedId null = keeps the generated one; empty = has none and is in no roster
 */
record PersonaSeed(
        String id,
        String districtCode,
        PersonKind kind,
        int index,
        String firstName,
        String lastName,
        String loginId,
        int userId,
        String sourcedId,
        String email,
        boolean orgIdAsArray) {

    boolean inRoster() {
        return sourcedId == null || !sourcedId.isEmpty();
    }

    Optional<String> ownSourcedId() {
        return Optional.ofNullable(sourcedId).filter(id -> !id.isEmpty());
    }

    /** One for each kind of account that docs/internals/classlink-protocol.md#profile knows. */
    static List<PersonaSeed> cast() {
        return List.of(
                new PersonaSeed(
                        "student",
                        "maplevalley",
                        PersonKind.STUDENT,
                        0,
                        "Mira",
                        "Fernwick",
                        "mira.fernwick",
                        870_001,
                        "4801508017",
                        "mira.fernwick@students.maplevalley.example",
                        false),
                new PersonaSeed(
                        "teacher",
                        "maplevalley",
                        PersonKind.TEACHER,
                        0,
                        "Orla",
                        "Thistledown",
                        "orla.thistledown",
                        870_002,
                        "5678_T5678-0005",
                        "orla.thistledown@maplevalley.example",
                        false),
                new PersonaSeed(
                        "tenant-administrator",
                        "maplevalley",
                        PersonKind.ADMINISTRATOR,
                        0,
                        "Alder",
                        "Keeperly",
                        "alder.keeperly",
                        870_003,
                        "90001",
                        "alder.keeperly@maplevalley.example",
                        false),
                new PersonaSeed(
                        "parent",
                        "maplevalley",
                        PersonKind.GUARDIAN,
                        0,
                        "Pia",
                        "Fernwick",
                        "pia.fernwick",
                        870_004,
                        "G333333",
                        "pia.fernwick@families.example",
                        false),
                new PersonaSeed(
                        "student-without-email",
                        "maplevalley",
                        PersonKind.STUDENT,
                        1,
                        "Nolan",
                        "Nomail",
                        "nolan.nomail",
                        870_005,
                        "STU_99400001",
                        "",
                        false),
                new PersonaSeed(
                        "user-without-sourcedid",
                        "maplevalley",
                        PersonKind.TEACHER,
                        -1,
                        "Unity",
                        "Unrostered",
                        "unity.unrostered",
                        870_006,
                        "",
                        "unity.unrostered@maplevalley.example",
                        false),
                new PersonaSeed(
                        "teacher-of-two-schools",
                        "maplevalley",
                        PersonKind.TEACHER,
                        1,
                        "Twyla",
                        "Commuter",
                        "twyla.commuter",
                        870_007,
                        "5678_T5678-0006",
                        "twyla.commuter@maplevalley.example",
                        true),
                new PersonaSeed(
                        "twin-maple",
                        "maplevalley",
                        PersonKind.STUDENT,
                        2,
                        "Jordan",
                        "Samewise",
                        "jordan.samewise",
                        870_008,
                        "10042",
                        "jordan.samewise@students.maplevalley.example",
                        false),
                new PersonaSeed(
                        "odd-sourcedid",
                        "maplevalley",
                        PersonKind.STUDENT,
                        3,
                        "Zed",
                        "Pipeslash",
                        "zed.pipeslash",
                        870_009,
                        "7|north/2 b",
                        "zed.pipeslash@students.maplevalley.example",
                        false),
                new PersonaSeed(
                        "twin-harbor",
                        "harborpoint",
                        PersonKind.STUDENT,
                        0,
                        "Jordan",
                        "Samewise",
                        "jordan.samewise",
                        870_010,
                        "10042",
                        "jordan.samewise@students.harborpoint.example",
                        false),
                new PersonaSeed(
                        "harbor-teacher",
                        "harborpoint",
                        PersonKind.TEACHER,
                        0,
                        "Marin",
                        "Saltmarsh",
                        "marin.saltmarsh",
                        870_011,
                        null,
                        "marin.saltmarsh@harborpoint.example",
                        true),
                new PersonaSeed(
                        "outsider",
                        "willowcreek",
                        PersonKind.STUDENT,
                        0,
                        "Iris",
                        "Elsewhere",
                        "iris.elsewhere",
                        870_012,
                        null,
                        "iris.elsewhere@willowcreek.example",
                        false));
    }
}
