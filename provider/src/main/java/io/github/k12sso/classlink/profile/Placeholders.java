package io.github.k12sso.classlink.profile;

import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;

/** What templates may call for, by name, such as {@code login_id}; written <code>${login_id}</code>. */
public final class Placeholders {

    /** What tells people apart. */
    static final Map<String, Function<Profile, Optional<String>>> PERSON = Map.of(
            "login_id",
            Profile::loginId,
            "tenant_id",
            profile -> profile.tenantId().map(TenantId::value),
            "sourced_id",
            profile -> profile.sourcedId().map(SourcedId::value),
            "user_id",
            profile -> Optional.of(profile.userId()),
            "email",
            Profile::email,
            "first_name",
            Profile::firstName,
            "last_name",
            Profile::lastName,
            "role",
            profile -> profile.roles().stream().findFirst());

    /** The same, and what people have in common. */
    public static final Map<String, Function<Profile, Optional<String>>> PERSON_AND_DISTRICT = personAndDistrict();

    private Placeholders() {}

    private static Map<String, Function<Profile, Optional<String>>> personAndDistrict() {
        Map<String, Function<Profile, Optional<String>>> all = new TreeMap<>(PERSON);
        all.put("tenant_name", Profile::tenantName);
        all.put("building", Profile::building);
        all.put("state", Profile::stateName);
        return Map.copyOf(all);
    }

    /** For a message: all of them, as they are typed. */
    public static String listed(Map<String, Function<Profile, Optional<String>>> placeholders) {
        return placeholders.keySet().stream()
                .sorted()
                .map(name -> "${" + name + "}")
                .collect(Collectors.joining(" "));
    }
}
