package io.github.k12sso.classlink.simulator.district;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The attributes of a persona that replace those of a generated person.
 *
 * @param sourcedId null = keep the generated one; empty = no sourcedId and in no roster
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
    /**
     * One persona for each kind of account in docs/internals/classlink-protocol.md#profile: id, district, kind, index,
     * names, UserId, SourcedId, email, and whether {@code OrgId} is an array or a string.
     */
    private static final String CAST = """
            student; maplevalley; STUDENT; 0; Mira; Fernwick; 870001; 4801508017; mira.fernwick@students.maplevalley.example; text
            teacher; maplevalley; TEACHER; 0; Orla; Thistledown; 870002; 5678_T5678-0005; orla.thistledown@maplevalley.example; text
            tenant-administrator; maplevalley; ADMINISTRATOR; 0; Alder; Keeperly; 870003; 90001; alder.keeperly@maplevalley.example; text
            parent; maplevalley; GUARDIAN; 0; Pia; Fernwick; 870004; G333333; pia.fernwick@families.example; text
            student-without-email; maplevalley; STUDENT; 1; Nolan; Nomail; 870005; STU_99400001; ; text
            user-without-sourcedid; maplevalley; TEACHER; -1; Unity; Unrostered; 870006; ; unity.unrostered@maplevalley.example; text
            teacher-of-two-schools; maplevalley; TEACHER; 1; Twyla; Commuter; 870007; 5678_T5678-0006; twyla.commuter@maplevalley.example; array
            twin-maple; maplevalley; STUDENT; 2; Jordan; Samewise; 870008; 10042; jordan.samewise@students.maplevalley.example; text
            odd-sourcedid; maplevalley; STUDENT; 3; Zed; Pipeslash; 870009; 7|north/2 b; zed.pipeslash@students.maplevalley.example; text
            twin-harbor; harborpoint; STUDENT; 0; Jordan; Samewise; 870010; 10042; jordan.samewise@students.harborpoint.example; text
            harbor-teacher; harborpoint; TEACHER; 0; Marin; Saltmarsh; 870011; generated; marin.saltmarsh@harborpoint.example; array
            outsider; willowcreek; STUDENT; 0; Iris; Elsewhere; 870012; generated; iris.elsewhere@willowcreek.example; text
            """;

    boolean inRoster() {
        return sourcedId == null || !sourcedId.isEmpty();
    }

    Optional<String> ownSourcedId() {
        return Optional.ofNullable(sourcedId).filter(id -> !id.isEmpty());
    }

    static List<PersonaSeed> cast() {
        return CAST.lines().map(line -> of(line.split(";", -1))).toList();
    }

    private static PersonaSeed of(String[] columns) {
        String[] value = Arrays.stream(columns).map(String::strip).toArray(String[]::new);
        return new PersonaSeed(
                value[0],
                value[1],
                PersonKind.valueOf(value[2]),
                Integer.parseInt(value[3]),
                value[4],
                value[5],
                (value[4] + "." + value[5]).toLowerCase(Locale.ROOT),
                Integer.parseInt(value[6]),
                value[7].equals("generated") ? null : value[7],
                value[8],
                value[9].equals("array"));
    }
}
