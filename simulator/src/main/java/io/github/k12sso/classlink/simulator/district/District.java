package io.github.k12sso.classlink.simulator.district;

import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A tenant: its people and schools, computed from the district's size. */
public final class District {
    private static final Pattern GENERATED_ID = Pattern.compile("([AGST])(\\d{7})");
    private static final int USER_IDS_PER_DISTRICT = 1_100_000;

    private final DistrictSpec spec;
    private final int ordinal;
    private final Layout layout;
    private final Map<Integer, PersonaSeed> seedsByPosition = new HashMap<>();
    private final Map<String, Integer> positionsByOwnId = new HashMap<>();
    private final SortedIds everyone;
    private final Map<PersonKind, SortedIds> byKind = new HashMap<>();

    District(DistrictSpec spec, int ordinal, List<PersonaSeed> seeds) {
        this.spec = spec;
        this.ordinal = ordinal;
        this.layout = new Layout(spec.people());
        for (PersonaSeed seed : seeds) {
            if (seed.inRoster() && seed.index() < layout.count(seed.kind())) {
                int position = layout.start(seed.kind()) + seed.index();
                seedsByPosition.put(position, seed);
                seed.ownSourcedId().ifPresent(id -> positionsByOwnId.put(id, position));
            }
        }
        Map<Integer, String> ownIds = new TreeMap<>();
        positionsByOwnId.forEach((id, position) -> ownIds.put(position, id));
        everyone = new SortedIds(layout.people(), this::generatedIdAt, ownIds);
        for (PersonKind kind : PersonKind.values()) {
            Map<Integer, String> ownOfKind = new TreeMap<>();
            ownIds.forEach((position, id) -> {
                if (kindAt(position) == kind) {
                    ownOfKind.put(position - layout.start(kind), id);
                }
            });
            byKind.put(kind, new SortedIds(layout.count(kind), index -> generatedId(kind, index), ownOfKind));
        }
    }

    /** Whether the terms of its classes are grading periods rather than the school year. */
    public boolean gradingPeriods() {
        return spec.gradingPeriods();
    }

    public String code() {
        return spec.code();
    }

    public int tenantId() {
        return spec.tenantId();
    }

    public String name() {
        return spec.name();
    }

    public int ordinal() {
        return ordinal;
    }

    public Layout layout() {
        return layout;
    }

    /** The person at this position when all are sorted by sourcedId. */
    public Person personAt(int rank) {
        return personAtPosition(everyone.indexAt(rank));
    }

    /** The person at this position when people of one kind are sorted by sourcedId. */
    public Person personAt(PersonKind kind, int rank) {
        return person(kind, byKind.get(kind).indexAt(rank));
    }

    /** The person with this index; indices follow classes, not sourcedIds. */
    public Person person(PersonKind kind, int index) {
        int position = layout.start(kind) + index;
        PersonaSeed seed = seedsByPosition.get(position);
        List<Integer> schools = schoolsOf(kind, index, seed);
        String grade = kind == PersonKind.STUDENT ? layout.gradeOfTeam(layout.teamOfStudent(index)) : "";
        if (seed != null) {
            return new Person(
                    kind,
                    index,
                    seed.ownSourcedId().orElseGet(() -> generatedId(kind, index)),
                    seed.firstName(),
                    seed.lastName(),
                    seed.loginId(),
                    seed.email(),
                    seed.userId(),
                    grade,
                    schools);
        }
        String given = InventedNames.given(position);
        String family = InventedNames.family(position + ordinal);
        String login = (given + "." + family.replace("'", "")).toLowerCase(Locale.ROOT) + (position + 1);
        String host = kind == PersonKind.STUDENT ? "students." + code() : code();
        return new Person(
                kind,
                index,
                generatedId(kind, index),
                given,
                family,
                login,
                login + "@" + host + ".example",
                (ordinal + 1) * USER_IDS_PER_DISTRICT + position,
                grade,
                schools);
    }

    /** Finds a person by sourcedId, case-sensitive (docs/internals/classlink-protocol.md#profile). */
    public Optional<Person> find(String sourcedId) {
        Integer own = positionsByOwnId.get(sourcedId);
        if (own != null) {
            return Optional.of(personAtPosition(own));
        }
        Matcher matcher = GENERATED_ID.matcher(sourcedId);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        for (PersonKind kind : PersonKind.values()) {
            int index = Integer.parseInt(matcher.group(2)) - 1;
            if (kind.prefix().equals(matcher.group(1)) && index >= 0 && index < layout.count(kind)) {
                return Optional.of(person(kind, index))
                        .filter(person -> person.sourcedId().equals(sourcedId));
            }
        }
        return Optional.empty();
    }

    /** The student of a guardian; each guardian has one child. */
    public Optional<Person> childOf(int guardian) {
        return guardian < layout.count(PersonKind.STUDENT)
                ? Optional.of(person(PersonKind.STUDENT, guardian))
                : Optional.empty();
    }

    public Optional<Person> guardianOf(int student) {
        return student < layout.count(PersonKind.GUARDIAN)
                ? Optional.of(person(PersonKind.GUARDIAN, student))
                : Optional.empty();
    }

    /** The district's own org. */
    public String districtOrgId() {
        return "D1";
    }

    public String schoolId(int school) {
        return "SCH%04d".formatted(school + 1);
    }

    private List<Integer> schoolsOf(PersonKind kind, int index, PersonaSeed seed) {
        int school = layout.schoolOf(kind, index);
        boolean second = seed != null && seed.orgIdAsArray() && layout.schools() > 1;
        return second ? List.of(school, (school + 1) % layout.schools()) : List.of(school);
    }

    private Person personAtPosition(int position) {
        PersonKind kind = kindAt(position);
        return person(kind, position - layout.start(kind));
    }

    private PersonKind kindAt(int position) {
        PersonKind found = PersonKind.ADMINISTRATOR;
        for (PersonKind kind : PersonKind.values()) {
            if (position >= layout.start(kind)) {
                found = kind;
            }
        }
        return found;
    }

    private String generatedIdAt(int position) {
        PersonKind kind = kindAt(position);
        return generatedId(kind, position - layout.start(kind));
    }

    private static String generatedId(PersonKind kind, int index) {
        String digits = Integer.toString(index + 1);
        return kind.prefix() + "0".repeat(7 - digits.length()) + digits;
    }
}
