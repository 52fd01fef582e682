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
 * Makes a user name of a profile, such as {@code ${login_id}.${tenant_id}}.
 *
 * <p>A template gives no name when one of its placeholders is absent from the profile: {@code jdoe.} or {@code .2284} would
 * be the same name for different people. Nor when Keycloak would refuse it for a letter of another script than the Latin
 * one, and ask a child to type a better one. The caller then takes {@link #nameOfId}.
 *
 * <p>A name that is not word for word what the template makes ends in {@code _u} and the person's UserId, and no other name
 * ends like that: {@code a b} and {@code a_b} of one district are two names.
 */
public final class UsernameTemplate {

    /** Keycloak's column for user names. */
    static final int MAX_LENGTH = 255;

    /** What Keycloak's default user profile demands. */
    static final int MIN_LENGTH = 3;

    private static final int LONGEST_ID = 20;
    private static final Pattern NUMBER = Pattern.compile("[0-9]{1," + LONGEST_ID + "}");

    /** Longer than any number that is an id here. */
    private static final int HASH_LENGTH = 24;

    private static final Pattern MARKED =
            Pattern.compile("_u[0-9a-f]{1," + HASH_LENGTH + "}$", Pattern.CASE_INSENSITIVE);

    /** Keycloak's {@code up-username-not-idn-homograph}, which a combining mark fails, too. */
    private static final Pattern LATIN = Pattern.compile("[\\p{IsLatin}\\p{IsCommon}]+");

    /**
     * What Keycloak's user profile forbids in user names; with it all white space, the no-break space too, and what nobody sees,
     * such as zero-width spaces and marks for right-to-left text: a name with one reads like another's.
     */
    private static final Pattern FORBIDDEN =
            Pattern.compile("[<>&\"'\\s\\v\\h$%!#?§,;:*~/\\\\|^=\\[\\]{}()`\\p{Cntrl}\\p{Cf}]");

    private final Template<Profile> template;

    private UsernameTemplate(Template<Profile> template) {
        this.template = template;
    }

    /**
     * Reads a template.
     *
     * @throws IllegalArgumentException with a message for an administrator: what is wrong and what may be typed
     */
    public static UsernameTemplate parse(String template) {
        Template<Profile> parsed =
                Template.parse(template, UsernameTemplate::checkLiteral, UsernameTemplate::placeholder);
        if (!parsed.isVariable()) {
            throw new IllegalArgumentException(
                    "needs at least one placeholder, or everybody would get the same user name. Allowed: " + allowed());
        }
        return new UsernameTemplate(parsed);
    }

    /**
     * The person's user name: every part present, Latin, 3 to 255 characters; forbidden characters are {@code _}.
     */
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

    /** A name for people whom the template gives none. */
    public static String nameOfId(String alias, Profile profile) {
        String start = FORBIDDEN.matcher(alias).replaceAll("_");
        return marked(LATIN.matcher(lowerCase(start)).matches() ? start : "classlink", profile);
    }

    /** A name that ends in the person's UserId, and is nobody else's. */
    public static String marked(String start, Profile profile) {
        String mark = "_u" + shortId(profile.userId());
        int end = start.length();
        // Lower case may have more characters: one capital letter has two.
        while (lowerCase(start.substring(0, end)).length() + mark.length() > MAX_LENGTH) {
            end = start.offsetByCodePoints(end, -1);
        }
        return start.substring(0, end) + mark;
    }

    /** ClassLink's ids are numbers; of other texts only a hash is sure to be short, and free of what Keycloak forbids. */
    private static String shortId(String userId) {
        if (NUMBER.matcher(userId).matches()) {
            return userId;
        }
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(userId.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(hash).substring(0, HASH_LENGTH);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e); // every Java has it
        }
    }

    /** As Keycloak stores user names. */
    private static String lowerCase(String name) {
        return name.toLowerCase(Locale.ROOT);
    }

    private static void checkLiteral(String text) {
        if (FORBIDDEN.matcher(text).find()
                || !(text.isEmpty() || LATIN.matcher(text).matches())) {
            throw new IllegalArgumentException("contains characters that user names may not have between placeholders. "
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
