package io.github.k12sso.classlink.profile;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Makes a user name of a profile, such as {@code ${login_id}.${tenant_id}}.
 *
 * <p>A template gives no name when one of its placeholders is absent from the profile: {@code jdoe.} or {@code .2284} would
 * be the same name for different people. The caller then falls back to a name made of the unique id.
 */
public final class UsernameTemplate {

    /** Keycloak's column for user names. */
    static final int MAX_LENGTH = 255;

    private static final Pattern PLACEHOLDER = Pattern.compile("\\$\\{([^}]*)}");

    /** What Keycloak's user profile forbids in user names; with it all white space, the no-break space too. */
    private static final Pattern FORBIDDEN =
            Pattern.compile("[<>&\"'\\s\\v\\h$%!#?§,;:*~/\\\\|^=\\[\\]{}()`\\p{Cntrl}]");

    private final List<Function<Profile, Optional<String>>> parts;

    private UsernameTemplate(List<Function<Profile, Optional<String>>> parts) {
        this.parts = parts;
    }

    /**
     * Reads a template.
     *
     * @throws IllegalArgumentException with a message for an administrator: what is wrong and what may be typed
     */
    public static UsernameTemplate parse(String template) {
        List<Function<Profile, Optional<String>>> parts = new ArrayList<>();
        Matcher matcher = PLACEHOLDER.matcher(template);
        int end = 0;
        boolean variable = false;
        while (matcher.find()) {
            parts.add(literal(template.substring(end, matcher.start())));
            parts.add(placeholder(matcher.group(1)));
            variable = true;
            end = matcher.end();
        }
        parts.add(literal(template.substring(end)));
        if (!variable) {
            throw new IllegalArgumentException(
                    "needs at least one placeholder, or everybody would get the same user name. Allowed: " + allowed());
        }
        return new UsernameTemplate(List.copyOf(parts));
    }

    /**
     * The person's user name: every part present, forbidden characters replaced by {@code _}, 255 characters at most.
     */
    public Optional<String> apply(Profile profile) {
        StringBuilder name = new StringBuilder();
        for (Function<Profile, Optional<String>> part : parts) {
            Optional<String> value = part.apply(profile);
            if (value.isEmpty()) {
                return Optional.empty();
            }
            name.append(value.get());
        }
        String allowedName = FORBIDDEN.matcher(name).replaceAll("_");
        return Optional.of(allowedName).filter(candidate -> candidate.length() <= MAX_LENGTH);
    }

    private static Function<Profile, Optional<String>> literal(String text) {
        if (FORBIDDEN.matcher(text).find()) {
            throw new IllegalArgumentException("contains characters that user names may not have between placeholders. "
                    + "Use letters, digits, '.', '-', '_', '@' and placeholders: " + allowed());
        }
        return profile -> Optional.of(text);
    }

    private static Function<Profile, Optional<String>> placeholder(String name) {
        Function<Profile, Optional<String>> value = Placeholders.OF_A_PERSON.get(name);
        if (value == null) {
            throw new IllegalArgumentException("has an unknown placeholder. Allowed: " + allowed());
        }
        return value;
    }

    private static String allowed() {
        return Placeholders.listed(Placeholders.OF_A_PERSON);
    }
}
