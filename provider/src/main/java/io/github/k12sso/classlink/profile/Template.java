package io.github.k12sso.classlink.profile;

import io.github.k12sso.classlink.profile.Profile.SourcedId;
import io.github.k12sso.classlink.profile.Profile.TenantId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A string template with placeholders such as <code>${login_id}</code>.
 *
 * @param <V> the source of the placeholder values
 */
public final class Template<V> {

    private static final Pattern PLACEHOLDER = Pattern.compile("\\$\\{([^}]*)}");

    private final List<Part<V>> parts;

    /**
     * A literal text or a placeholder.
     *
     * @param literal null for a placeholder
     */
    private record Part<V>(String literal, Function<V, Optional<String>> value) {}

    private Template(List<Part<V>> parts) {
        this.parts = parts;
    }

    /**
     * Parses a template.
     *
     * @param literal validates the literal text around placeholders, which may be empty
     * @param placeholder returns the value function for a placeholder's name
     * @throws IllegalArgumentException if one of the functions throws it
     */
    public static <V> Template<V> parse(
            String text, Consumer<String> literal, Function<String, Function<V, Optional<String>>> placeholder) {
        List<Part<V>> parts = new ArrayList<>();
        Matcher matcher = PLACEHOLDER.matcher(text);
        int end = 0;
        while (matcher.find()) {
            parts.add(literal(text.substring(end, matcher.start()), literal));
            parts.add(new Part<>(null, placeholder.apply(matcher.group(1))));
            end = matcher.end();
        }
        parts.add(literal(text.substring(end), literal));
        return new Template<>(List.copyOf(parts));
    }

    private static <V> Part<V> literal(String text, Consumer<String> check) {
        check.accept(text);
        return new Part<>(text, value -> Optional.of(text));
    }

    /** Returns whether the template has at least one placeholder. */
    public boolean isVariable() {
        return parts.stream().anyMatch(part -> part.literal() == null);
    }

    /** Replaces the placeholders; empty if a value is absent. */
    public Optional<String> apply(V values) {
        StringBuilder text = new StringBuilder();
        for (Part<V> part : parts) {
            Optional<String> value = part.value().apply(values);
            if (value.isEmpty()) {
                return Optional.empty();
            }
            text.append(value.get());
        }
        return Optional.of(text.toString());
    }

    /**
     * Returns a pattern that matches every result of this template.
     *
     * @param anyValue a regular expression for the value of a placeholder
     */
    public Pattern pattern(String anyValue) {
        StringBuilder regex = new StringBuilder();
        parts.forEach(part -> regex.append(part.literal() == null ? anyValue : Pattern.quote(part.literal())));
        return Pattern.compile(regex.toString());
    }

    /** The allowed placeholders by name, such as {@code login_id} for <code>${login_id}</code>. */
    public static final class Placeholders {

        /** Placeholders for values that differ between users. */
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

        /** These placeholders and those for values that users share. */
        public static final Map<String, Function<Profile, Optional<String>>> PERSON_AND_DISTRICT = personAndDistrict();

        private Placeholders() {}

        private static Map<String, Function<Profile, Optional<String>>> personAndDistrict() {
            Map<String, Function<Profile, Optional<String>>> all = new TreeMap<>(PERSON);
            all.put("tenant_name", Profile::tenantName);
            all.put("building", Profile::building);
            all.put("state", Profile::stateName);
            return Map.copyOf(all);
        }

        /** Returns all placeholders in template syntax, for a message. */
        public static String listed(Map<String, Function<Profile, Optional<String>>> placeholders) {
            return placeholders.keySet().stream()
                    .sorted()
                    .map(name -> "${" + name + "}")
                    .collect(Collectors.joining(" "));
        }
    }
}
