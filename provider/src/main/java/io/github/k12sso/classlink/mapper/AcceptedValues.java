package io.github.k12sso.classlink.mapper;

import io.github.k12sso.classlink.keycloak.FederatedIds;
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
 * Adapts ClassLink's values to the realm's user profile. With a value that the profile rejects, the user would get a
 * form at every login ("Verify Profile"). A value that is too long for its column would fail the login.
 *
 * <p>Keycloak itself validates a copy of the user with the value, so the realm's rules apply.
 */
public final class AcceptedValues {

    /** Size of Keycloak's columns for names and email addresses. */
    private static final int MAX_NAME = 255;

    /** Keycloak's default limit for attributes. */
    private static final int MAX_ATTRIBUTE = 2048;

    /** The attributes that Keycloak stores in separate columns, except the username. */
    public static final List<String> NAMES = List.of(UserModel.FIRST_NAME, UserModel.LAST_NAME, UserModel.EMAIL);

    /** Characters that Keycloak's rules for names do not allow. */
    private static final String NOT_PLAIN = "[^\\p{L}\\p{M}\\p{N}.,'’_@+-]+";

    private final UserProfileProvider profiles;
    private final Copy copy;
    private Attributes validated;

    private AcceptedValues(KeycloakSession session, Copy copy) {
        this.profiles = session.getProvider(UserProfileProvider.class);
        this.copy = copy;
    }

    /** Creates an instance for an existing user. */
    public static AcceptedValues of(KeycloakSession session, RealmModel realm, UserModel user) {
        Copy copy = new Copy(session, realm, user.getId());
        user.getAttributes().forEach((name, values) -> copy.setAttribute(name, new ArrayList<>(values)));
        copy.setFederationLink(user.getFederationLink());
        user.getRequiredActionsStream().forEach(copy::addRequiredAction);
        return new AcceptedValues(session, copy);
    }

    /** Creates an instance for a new user. */
    public static AcceptedValues ofNewUser(KeycloakSession session, RealmModel realm, String username) {
        Copy copy = new Copy(session, realm, "new");
        copy.setUsername(username);
        return new AcceptedValues(session, copy);
    }

    /**
     * Writes a name or email address of an existing user.
     *
     * @param value null removes it
     * @param verified whether a changed email address is verified
     * @return the reason if Keycloak did not store it; the user is then unchanged
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
            return Optional.of("used by another user");
        }
        try {
            switch (attribute) {
                case UserModel.EMAIL -> {
                    user.setEmail(value);
                    user.setEmailVerified(verified);
                }
                case UserModel.FIRST_NAME -> user.setFirstName(value);
                case UserModel.LAST_NAME -> user.setLastName(value);
                default -> throw new IllegalArgumentException(attribute + " is not a name or email address");
            }
            return Optional.empty();
        } catch (ReadOnlyException e) {
            return Optional.of("read-only");
        } catch (ModelException e) {
            return Optional.of("rejected by Keycloak");
        }
    }

    /**
     * Returns whether an email must not be stored because another user has it: as an email, if duplicates are not
     * allowed, or as a username, if the realm allows login with email. Includes {@link #isEqualToAnothers}.
     */
    public static boolean isTaken(KeycloakSession session, RealmModel realm, UserModel user, String email) {
        if (email.equalsIgnoreCase(user.getFirstAttribute(UserModel.EMAIL))) {
            return false; // the user already has it
        }
        Predicate<UserModel> isAnother = owner -> !owner.getId().equals(user.getId());
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
        return (exact != null ? Stream.of(exact) : equal(session, realm, email)).anyMatch(isAnother);
    }

    /**
     * Returns whether a new user's email must not be stored because the database considers it equal to that of another
     * user, such as {@code josé@…} and {@code jose@…}. Keycloak's lookup (26.7.3) does not find such a user.
     */
    public static boolean isEqualToAnothers(KeycloakSession session, RealmModel realm, String email) {
        return !realm.isDuplicateEmailsAllowed()
                && equal(session, realm, email).findAny().isPresent();
    }

    private static Stream<UserModel> equal(KeycloakSession session, RealmModel realm, String email) {
        return FederatedIds.isComparedExactly(session)
                ? Stream.empty()
                : session.users().searchForUserStream(realm, Map.of(UserModel.EMAIL, email, UserModel.EXACT, "true"));
    }

    /**
     * Adapts the value of a single-valued attribute: unchanged, truncated, without rejected characters, or empty. An
     * email address is never changed, because the result could be another user's address.
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

    /** Adapts the values of an attribute. Returns only the first if the profile does not accept several. */
    public List<String> all(String attribute, List<String> values) {
        LinkedHashSet<String> accepted = new LinkedHashSet<>();
        values.forEach(value -> single(attribute, value).ifPresent(accepted::add));
        List<String> all = new ArrayList<>(accepted);
        return all.size() < 2 || accepts(attribute, all) ? all : new ArrayList<>(all.subList(0, 1));
    }

    /** Returns whether the user profile accepts a value unchanged and it fits the column. */
    public boolean accepts(String attribute, String value) {
        // Keycloak stores emails in lower case, and the conversion can add a character.
        String stored = attribute.equals(UserModel.EMAIL) ? value.toLowerCase(Locale.ROOT) : value;
        return !value.isBlank()
                && (!NAMES.contains(attribute) || stored.length() <= MAX_NAME)
                && accepts(attribute, List.of(value));
    }

    @SuppressWarnings("unchecked") // an empty varargs array of listeners
    private boolean accepts(String attribute, List<String> values) {
        set(attribute, values);
        return validated().validate(attribute);
    }

    /** Returns whether the user profile requires the attribute for users. */
    public boolean requires(String attribute) {
        return validated().isRequired(attribute);
    }

    /** Sets a value that is probably accepted unchanged, so that all values are validated together. */
    public void expect(String attribute, String value) {
        String storable = value == null ? "" : Profile.storable(value).strip();
        if (!storable.isEmpty()) {
            set(attribute, List.of(storable));
        }
    }

    /** Sets the values of the copy. */
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

    /** Truncates a text without splitting a surrogate pair. */
    public static String cut(String text, int longest) {
        if (text.length() <= longest) {
            return text;
        }
        int end = longest > 0 && Character.isHighSurrogate(text.charAt(longest - 1)) ? longest - 1 : longest;
        return text.substring(0, end).strip();
    }

    /** An in-memory user for Keycloak's validation. */
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
