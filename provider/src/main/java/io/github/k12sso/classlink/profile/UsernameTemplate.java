package io.github.k12sso.classlink.profile;

import io.github.k12sso.classlink.profile.Template.Placeholders;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.text.Normalizer;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;

/**
 * Creates a username from a profile, for example with {@code ${login_id}.${tenant_id}}.
 *
 * <p>The result is empty if the profile has no value for a placeholder, because {@code jdoe.} or {@code .2284} could
 * belong to several users. It is also empty if it contains non-Latin letters, because Keycloak would reject it and ask
 * the user for another one. The caller then uses {@link #nameOfId}.
 *
 * <p>If characters had to be replaced, the username gets the suffix {@code _u} and the UserId, so that {@code a b} and
 * {@code a_b} in one district stay distinct. No other username has this suffix.
 */
public final class UsernameTemplate {

    /** The size of Keycloak's column for usernames. */
    static final int MAX_LENGTH = 255;

    /** The minimum length in Keycloak's default user profile. */
    static final int MIN_LENGTH = 3;

    private static final int LONGEST_ID = 20;
    private static final Pattern NUMBER = Pattern.compile("[0-9]{1," + LONGEST_ID + "}");

    /** Longer than any numeric ID. */
    private static final int HASH_LENGTH = 24;

    private static final Pattern MARKED =
            Pattern.compile("_u[0-9a-f]{1," + HASH_LENGTH + "}$", Pattern.CASE_INSENSITIVE);

    /** Matches Keycloak's {@code up-username-not-idn-homograph}, which also rejects combining marks. */
    private static final Pattern LATIN = Pattern.compile("[\\p{IsLatin}\\p{IsCommon}]+");

    /**
     * Characters that Keycloak's user profile forbids in usernames, and all white space and invisible characters (such
     * as zero-width spaces and bidirectional marks), which would make two usernames look the same.
     */
    private static final Pattern FORBIDDEN =
            Pattern.compile("[<>&\"'\\s\\v\\h$%!#?§,;:*~/\\\\|^=\\[\\]{}()`\\p{Cntrl}\\p{Cf}]");

    private final Template<Profile> template;

    private UsernameTemplate(Template<Profile> template) {
        this.template = template;
    }

    /**
     * Parses a template.
     *
     * @throws IllegalArgumentException with a message for the administrator: the error and the allowed input
     */
    public static UsernameTemplate parse(String template) {
        Template<Profile> parsed =
                Template.parse(template, UsernameTemplate::checkLiteral, UsernameTemplate::placeholder);
        if (!parsed.isVariable()) {
            throw new IllegalArgumentException(
                    "needs at least one placeholder, or all users would get the same username. Allowed: " + allowed());
        }
        return new UsernameTemplate(parsed);
    }

    /** Returns the username: Latin, 3 to 255 characters, with {@code _} in place of forbidden characters. */
    public Optional<String> apply(Profile profile) {
        return template.apply(profile).flatMap(asSaid -> storable(asSaid, profile));
    }

    private static Optional<String> storable(String asSaid, Profile profile) {
        String allowed = FORBIDDEN
                .matcher(Normalizer.normalize(asSaid, Normalizer.Form.NFC))
                .replaceAll("_");
        String stored = lowerCase(allowed);
        if (!LATIN.matcher(stored).matches()) {
            return Optional.empty();
        }
        boolean asItIs = allowed.equals(asSaid)
                && stored.length() >= MIN_LENGTH
                && stored.length() <= MAX_LENGTH
                && !MARKED.matcher(stored).find();
        return Optional.of(asItIs ? allowed : marked(allowed, profile));
    }

    /** Returns the username for users without a result from the template. */
    public static String nameOfId(String alias, Profile profile) {
        String start = FORBIDDEN.matcher(alias).replaceAll("_");
        return marked(LATIN.matcher(lowerCase(start)).matches() ? start : "classlink", profile);
    }

    /** Returns a unique username that ends with the UserId. */
    public static String marked(String start, Profile profile) {
        String mark = "_u" + shortId(profile.userId());
        int end = start.length();
        // Converting to lower case can add a character.
        while (lowerCase(start.substring(0, end)).length() + mark.length() > MAX_LENGTH) {
            end = start.offsetByCodePoints(end, -1);
        }
        return start.substring(0, end) + mark;
    }

    /** ClassLink's IDs are numbers. Other IDs are hashed to get a short string of allowed characters. */
    private static String shortId(String userId) {
        if (NUMBER.matcher(userId).matches()) {
            return userId;
        }
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(userId.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(hash).substring(0, HASH_LENGTH);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e); // every Java platform has SHA-256
        }
    }

    /** Converts to lower case, as Keycloak stores usernames. */
    private static String lowerCase(String name) {
        return name.toLowerCase(Locale.ROOT);
    }

    private static void checkLiteral(String text) {
        if (FORBIDDEN.matcher(text).find()
                || !(text.isEmpty() || LATIN.matcher(text).matches())) {
            throw new IllegalArgumentException("contains characters that are not allowed in usernames. "
                    + "Use letters, digits, '.', '-', '_', '@' and placeholders: " + allowed());
        }
    }

    private static Function<Profile, Optional<String>> placeholder(String name) {
        Function<Profile, Optional<String>> value = Placeholders.PERSON.get(name);
        if (value == null) {
            throw new IllegalArgumentException("has an unknown placeholder. Allowed: " + allowed());
        }
        return value;
    }

    private static String allowed() {
        return Placeholders.listed(Placeholders.PERSON);
    }
}
