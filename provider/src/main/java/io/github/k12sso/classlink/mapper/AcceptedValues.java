package io.github.k12sso.classlink.mapper;

import io.github.k12sso.classlink.profile.Profile;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.ModelException;
import org.keycloak.models.RealmModel;
import org.keycloak.models.SubjectCredentialManager;
import org.keycloak.models.UserModel;
import org.keycloak.representations.userprofile.config.UPAttribute;
import org.keycloak.storage.ReadOnlyException;
import org.keycloak.storage.adapter.AbstractInMemoryUserAdapter;
import org.keycloak.userprofile.Attributes;
import org.keycloak.userprofile.UserProfileContext;
import org.keycloak.userprofile.UserProfileProvider;
import org.keycloak.validate.validators.LengthValidator;

/**
 * What Keycloak stores of a value of ClassLink's: the value if the realm's user profile accepts it, or what is left of it. A value
 * that the profile refuses would show the user a form at every login ("Verify Profile"), and one that is too long for its column
 * would end the login.
 *
 * <p>The rules are the realm's own: Keycloak validates a copy of the user that has the value.
 */
public final class AcceptedValues {

    /** Characters in Keycloak's columns for names and e-mail addresses. */
    private static final int MAX_NAME = 255;

    /** Keycloak's limit for attributes whose profile has none. */
    private static final int MAX_ATTRIBUTE = 2048;

    /** The attributes that Keycloak keeps in columns of their own, besides the username. */
    public static final List<String> NAMES = List.of(UserModel.FIRST_NAME, UserModel.LAST_NAME, UserModel.EMAIL);

    /** Everything but what Keycloak's rules for names allow. */
    private static final String NOT_PLAIN = "[^\\p{L}\\p{M}\\p{N}.,'’_@+-]+";

    private final UserProfileProvider profiles;
    private final Copy copy;
    private Attributes validated;

    private AcceptedValues(KeycloakSession session, Copy copy) {
        this.profiles = session.getProvider(UserProfileProvider.class);
        this.copy = copy;
    }

    /** For a user that exists. */
    public static AcceptedValues of(KeycloakSession session, RealmModel realm, UserModel user) {
        Copy copy = new Copy(session, realm, user.getId());
        user.getAttributes().forEach((name, values) -> copy.setAttribute(name, new ArrayList<>(values)));
        copy.setFederationLink(user.getFederationLink());
        user.getRequiredActionsStream().forEach(copy::addRequiredAction);
        return new AcceptedValues(session, copy);
    }

    /** For a user who is about to be created. */
    public static AcceptedValues ofNewUser(KeycloakSession session, RealmModel realm, String username) {
        Copy copy = new Copy(session, realm, "new");
        copy.setUsername(username);
        return new AcceptedValues(session, copy);
    }

    /**
     * Writes a name or an e-mail address of a user that exists.
     *
     * @param value null removes it
     * @param verified of an e-mail address that changes
     * @return why Keycloak did not store it; the user then is as before
     */
    public static Optional<String> write(
            KeycloakSession session,
            RealmModel realm,
            UserModel user,
            String attribute,
            String value,
            boolean verified) {
        String present = user.getFirstAttribute(attribute);
        boolean email = attribute.equals(UserModel.EMAIL);
        if (Objects.equals(value, present) || (email && value != null && value.equalsIgnoreCase(present))) {
            return Optional.empty();
        }
        if (email && value != null && isTaken(session, realm, user, value)) {
            return Optional.of("another user has it");
        }
        try {
            switch (attribute) {
                case UserModel.EMAIL -> {
                    user.setEmail(value);
                    user.setEmailVerified(verified);
                }
                case UserModel.FIRST_NAME -> user.setFirstName(value);
                case UserModel.LAST_NAME -> user.setLastName(value);
                default -> throw new IllegalArgumentException(attribute + " is no name and no e-mail address");
            }
            return Optional.empty();
        } catch (ReadOnlyException e) {
            return Optional.of("read-only");
        } catch (ModelException e) {
            return Optional.of("refused by Keycloak");
        }
    }

    /**
     * Whether an address must not be stored because it is another user's: their address, in a realm where addresses differ, or
     * their username, in a realm where people sign in with addresses: Keycloak would take whoever types it for this user. A
     * search, too, because Keycloak's look-up (26.7.3) leaves out a user whose address only the database takes for the same,
     * such as {@code josé@…} for {@code jose@…}.
     *
     * @param user null for one who is about to be created
     */
    public static boolean isTaken(KeycloakSession session, RealmModel realm, UserModel user, String email) {
        if (user != null && email.equalsIgnoreCase(user.getFirstAttribute(UserModel.EMAIL))) {
            return false; // theirs already
        }
        Predicate<UserModel> isAnother = owner -> user == null || !owner.getId().equals(user.getId());
        if (realm.isLoginWithEmailAllowed()
                && Optional.ofNullable(session.users().getUserByUsername(realm, email))
                        .filter(isAnother)
                        .isPresent()) {
            return true;
        }
        if (realm.isDuplicateEmailsAllowed()) {
            return false;
        }
        UserModel exact = session.users().getUserByEmail(realm, email);
        Stream<UserModel> owners = exact != null
                ? Stream.of(exact)
                : session.users().searchForUserStream(realm, Map.of(UserModel.EMAIL, email, UserModel.EXACT, "true"));
        return owners.anyMatch(isAnother);
    }

    /**
     * What is stored of the value of a single-valued attribute: as it was sent, cut, without the characters that the profile
     * refuses, or nothing. An e-mail address is stored as it was sent or not at all: what is left of one may be somebody else's.
     */
    public Optional<String> single(String attribute, String value) {
        String storable = Profile.storable(value).strip();
        if (attribute.equals(UserModel.EMAIL)) {
            return accepts(attribute, storable) ? Optional.of(storable) : Optional.empty();
        }
        String plain = storable.replaceAll(NOT_PLAIN, " ").strip();
        int longest = longest(attribute);
        return Stream.of(storable, cut(storable, longest), plain, cut(plain, longest))
                .distinct()
                .filter(candidate -> accepts(attribute, candidate))
                .findFirst();
    }

    /** What is stored of the values of an attribute. Only the first one if the profile does not accept several. */
    public List<String> all(String attribute, List<String> values) {
        LinkedHashSet<String> accepted = new LinkedHashSet<>();
        values.forEach(value -> single(attribute, value).ifPresent(accepted::add));
        List<String> all = new ArrayList<>(accepted);
        return all.size() < 2 || accepts(attribute, all) ? all : new ArrayList<>(all.subList(0, 1));
    }

    /** Whether the realm's user profile accepts a value of an attribute as it is, and the column is wide enough. */
    public boolean accepts(String attribute, String value) {
        // Keycloak stores addresses in lower case, which may have more characters: one capital letter has two.
        String stored = attribute.equals(UserModel.EMAIL) ? value.toLowerCase(Locale.ROOT) : value;
        return !value.isBlank()
                && (!NAMES.contains(attribute) || stored.length() <= MAX_NAME)
                && accepts(attribute, List.of(value));
    }

    @SuppressWarnings("unchecked") // no listeners: an empty array of them
    private boolean accepts(String attribute, List<String> values) {
        set(attribute, values);
        return validated().validate(attribute);
    }

    /** Whether the realm's user profile requires a value of users who sign in. */
    public boolean requires(String attribute) {
        return validated().isRequired(attribute);
    }

    /** From now on the user has these values. */
    public void set(String attribute, List<String> values) {
        List<String> present = copy.getAttributes().getOrDefault(attribute, List.of());
        if (!present.equals(values)) {
            copy.setAttribute(attribute, new ArrayList<>(values));
            validated = null;
        }
    }

    private Attributes validated() {
        if (validated == null) {
            validated = profiles.create(UserProfileContext.UPDATE_PROFILE, copy).getAttributes();
        }
        return validated;
    }

    private int longest(String attribute) {
        int column = NAMES.contains(attribute) ? MAX_NAME : MAX_ATTRIBUTE;
        return Optional.ofNullable(profiles.getConfiguration().getAttribute(attribute))
                .map(UPAttribute::getValidations)
                .map(rules -> rules.get(LengthValidator.ID))
                .map(rule -> rule.get(LengthValidator.KEY_MAX))
                .map(String::valueOf)
                .filter(max -> max.matches("[0-9]{1,9}"))
                .map(max -> Math.min(Integer.parseInt(max), column))
                .orElse(column);
    }

    /** The beginning, without half a character at its end. */
    public static String cut(String text, int longest) {
        if (text.length() <= longest) {
            return text;
        }
        int end = longest > 0 && Character.isHighSurrogate(text.charAt(longest - 1)) ? longest - 1 : longest;
        return text.substring(0, end).strip();
    }

    /** A user in memory, whom Keycloak's validation takes for the stored one. */
    private static final class Copy extends AbstractInMemoryUserAdapter {

        Copy(KeycloakSession session, RealmModel realm, String id) {
            super(session, realm, id);
        }

        @Override
        public SubjectCredentialManager credentialManager() {
            throw new UnsupportedOperationException("a copy has no credentials");
        }
    }
}
