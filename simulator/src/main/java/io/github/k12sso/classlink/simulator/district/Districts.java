package io.github.k12sso.classlink.simulator.district;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** All districts and the people who can sign in. */
public final class Districts {
    private final List<District> districts = new ArrayList<>();
    private final List<Persona> personas = new ArrayList<>();

    public Districts(List<DistrictSpec> specs) {
        List<PersonaSeed> cast = PersonaSeed.cast();
        for (DistrictSpec spec : specs) {
            List<PersonaSeed> seeds = cast.stream()
                    .filter(seed -> seed.districtCode().equals(spec.code()))
                    .toList();
            District district = new District(spec, districts.size(), seeds);
            districts.add(district);
            if (seeds.isEmpty()) {
                personas.add(personaOf(spec.code() + "-student", district, district.person(PersonKind.STUDENT, 0)));
                personas.add(personaOf(spec.code() + "-teacher", district, district.person(PersonKind.TEACHER, 0)));
            }
            seeds.forEach(seed -> personaOf(seed, district).ifPresent(personas::add));
        }
    }

    public List<District> all() {
        return List.copyOf(districts);
    }

    public Optional<District> withCode(String code) {
        return districts.stream()
                .filter(district -> district.code().equals(code))
                .findFirst();
    }

    public List<Persona> personas() {
        return List.copyOf(personas);
    }

    /** Returns a persona by id, or any generated person as {@code districtCode:sourcedId}. */
    public Optional<Persona> persona(String id) {
        Optional<Persona> known =
                personas.stream().filter(persona -> persona.id().equals(id)).findFirst();
        int colon = id.indexOf(':');
        if (known.isPresent() || colon < 0) {
            return known;
        }
        return withCode(id.substring(0, colon))
                .flatMap(district ->
                        district.find(id.substring(colon + 1)).map(person -> personaOf(id, district, person)));
    }

    private static Optional<Persona> personaOf(PersonaSeed seed, District district) {
        if (!seed.inRoster()) {
            return Optional.of(unrostered(seed, district));
        }
        if (seed.index() >= district.layout().count(seed.kind())) {
            return Optional.empty();
        }
        Persona generated = personaOf(seed.id(), district, district.person(seed.kind(), seed.index()));
        return Optional.of(seed.orgIdAsArray() ? withOrgIdArray(generated) : generated);
    }

    private static Persona personaOf(String id, District district, Person person) {
        return new Persona(
                id,
                person.givenName() + " " + person.familyName(),
                person.givenName(),
                person.familyName(),
                person.loginId(),
                person.userId(),
                district.tenantId(),
                district.name(),
                "New Jersey",
                person.sourcedId(),
                person.email(),
                person.kind().launchPadRole(),
                person.kind().roleLevel(),
                district.code(),
                person.schools().stream().map(district::schoolId).toList(),
                false);
    }

    private static Persona unrostered(PersonaSeed seed, District district) {
        return new Persona(
                seed.id(),
                seed.firstName() + " " + seed.lastName(),
                seed.firstName(),
                seed.lastName(),
                seed.loginId(),
                seed.userId(),
                district.tenantId(),
                district.name(),
                "New Jersey",
                "",
                seed.email(),
                seed.kind().launchPadRole(),
                seed.kind().roleLevel(),
                district.code(),
                List.of(),
                false);
    }

    private static Persona withOrgIdArray(Persona persona) {
        return new Persona(
                persona.id(),
                persona.displayName(),
                persona.firstName(),
                persona.lastName(),
                persona.loginId(),
                persona.userId(),
                persona.tenantId(),
                persona.tenantName(),
                persona.stateName(),
                persona.sourcedId(),
                persona.email(),
                persona.role(),
                persona.roleLevel(),
                persona.districtCode(),
                persona.orgIds(),
                true);
    }
}
