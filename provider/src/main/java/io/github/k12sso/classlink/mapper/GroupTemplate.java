package io.github.k12sso.classlink.mapper;

import io.github.k12sso.classlink.profile.Placeholders;
import io.github.k12sso.classlink.profile.Profile;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A group's path with placeholders, such as <code>/districts/${tenant_name}/${role}</code>.
 *
 * <p>The first name is fixed, so that no word of ClassLink's can name a top-level group, such as one of administrators. A
 * value is always one name: its {@code /} becomes {@code ~1} and its {@code ~} becomes {@code ~0} (RFC 6901), so that a
 * district called {@code Oak/Teacher} does not read as the teachers of Oak.
 */
final class GroupTemplate {

    static final int MAX_DEPTH = 6;

    /** Keycloak's column for group names. */
    static final int MAX_NAME_LENGTH = 255;

    private static final Pattern PLACEHOLDER = Pattern.compile("\\$\\{([^}]*)}");

    private final List<Level> levels;

    private GroupTemplate(List<Level> levels) {
        this.levels = levels;
    }

    /**
     * Reads a template.
     *
     * @throws IllegalArgumentException with a message for an administrator: what is wrong and what may be typed
     */
    static GroupTemplate parse(String template) {
        if (!template.startsWith("/")) {
            throw new IllegalArgumentException(
                    "does not start with '/'. Type a path such as /districts/${tenant_name}");
        }
        List<Level> levels = Arrays.stream(template.substring(1).split("/", -1))
                .map(GroupTemplate::level)
                .toList();
        if (levels.size() > MAX_DEPTH) {
            throw new IllegalArgumentException("has more than " + MAX_DEPTH + " groups inside one another");
        }
        if (!levels.get(0).fixed()) {
            throw new IllegalArgumentException(
                    "has a placeholder in its first group. Start with a fixed name, such as /districts/${tenant_name}");
        }
        return new GroupTemplate(levels);
    }

    /** The names on the way to the person's group; empty if a value is absent, or makes a name of over 255 characters. */
    Optional<List<String>> apply(Profile profile) {
        List<String> names = new ArrayList<>();
        for (Level level : levels) {
            Optional<String> name = level.name(profile);
            if (name.isEmpty() || name.get().length() > MAX_NAME_LENGTH) {
                return Optional.empty();
            }
            names.add(name.get());
        }
        return Optional.of(List.copyOf(names));
    }

    /** Whether this template makes such a path out of some profile: then the membership is the mapper's. */
    boolean makes(List<String> names) {
        if (names.size() != levels.size()) {
            return false;
        }
        for (int i = 0; i < names.size(); i++) {
            if (!levels.get(i).shape().matcher(names.get(i)).matches()) {
                return false;
            }
        }
        return true;
    }

    private static Level level(String text) {
        List<Function<Profile, Optional<String>>> parts = new ArrayList<>();
        StringBuilder shape = new StringBuilder();
        Matcher matcher = PLACEHOLDER.matcher(text);
        int end = 0;
        boolean fixed = true;
        while (matcher.find()) {
            parts.add(literal(text.substring(end, matcher.start()), shape));
            parts.add(placeholder(matcher.group(1)));
            shape.append("[^/]+");
            fixed = false;
            end = matcher.end();
        }
        parts.add(literal(text.substring(end), shape));
        if (text.isBlank() || text.length() > MAX_NAME_LENGTH) {
            throw new IllegalArgumentException("has a group without a name, or with one of over 255 characters");
        }
        return new Level(List.copyOf(parts), Pattern.compile(shape.toString()), fixed);
    }

    private static Function<Profile, Optional<String>> literal(String text, StringBuilder shape) {
        if (text.contains("${")) {
            throw new IllegalArgumentException("has a placeholder without its '}'");
        }
        shape.append(Pattern.quote(text));
        return profile -> Optional.of(text);
    }

    private static Function<Profile, Optional<String>> placeholder(String name) {
        Function<Profile, Optional<String>> value = Placeholders.OF_A_GROUP.get(name);
        if (value == null) {
            throw new IllegalArgumentException(
                    "has an unknown placeholder. Allowed: " + Placeholders.listed(Placeholders.OF_A_GROUP));
        }
        return profile ->
                value.apply(profile).map(text -> text.replace("~", "~0").replace("/", "~1"));
    }

    /** One group of the path. */
    private record Level(List<Function<Profile, Optional<String>>> parts, Pattern shape, boolean fixed) {

        Optional<String> name(Profile profile) {
            StringBuilder name = new StringBuilder();
            for (Function<Profile, Optional<String>> part : parts) {
                Optional<String> text = part.apply(profile);
                if (text.isEmpty()) {
                    return Optional.empty();
                }
                name.append(text.get());
            }
            return Optional.of(name.toString());
        }
    }
}
