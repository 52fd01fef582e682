package io.github.k12sso.classlink.idp;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.k12sso.classlink.mapper.AcceptedValues;
import io.github.k12sso.classlink.profile.Profile;
import io.github.k12sso.classlink.profile.UsernameTemplate;
import io.github.k12sso.classlink.settings.ClassLinkIdentityProviderConfig;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.jboss.logging.Logger;
import org.keycloak.broker.oidc.mappers.AbstractJsonUserAttributeMapper;
import org.keycloak.broker.provider.BrokeredIdentityContext;
import org.keycloak.events.EventBuilder;
import org.keycloak.models.IdentityProviderSyncMode;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserLoginFailureModel;
import org.keycloak.models.UserModel;
import org.keycloak.services.managers.BruteForceProtector;
import org.keycloak.sessions.AuthenticationSessionModel;
import org.keycloak.util.Booleans;

/**
 * Prepares the Keycloak user for Keycloak's login flow, so that neither unusable values from ClassLink nor failed
 * password attempts prevent the login.
 */
final class LoginUser {

    /** Domain of placeholder addresses for realms that require an email. It is undeliverable (RFC 2606). */
    static final String NO_MAIL_DOMAIN = "@classlink.invalid";

    /** Event detail with the attributes that were changed or not stored. */
    static final String ADJUSTED = "adjusted_attributes";

    private static final String PLACEHOLDER_NAME = "-";
    private static final int SHORT_ALIAS = 32;

    private static final Duration OTHER_LOGIN_POLL = Duration.ofMillis(25);
    private static final int OTHER_LOGIN_POLLS = 80;

    private static final Logger LOG = Logger.getLogger(LoginUser.class);

    private final KeycloakSession session;
    private final RealmModel realm;
    private final ClassLinkIdentityProviderConfig provider;
    private final EventBuilder event;
    private final FirstLogin firstLogin;

    LoginUser(KeycloakSession session, ClassLinkIdentityProviderConfig provider, EventBuilder event) {
        this.session = session;
        this.realm = session.getContext().getRealm();
        this.provider = provider;
        this.event = event;
        this.firstLogin = new FirstLogin(session, provider, event);
    }

    /**
     * Prepares a login. Creates the user if the first-login flow would do nothing else.
     *
     * @param linked the user as {@link AccountLinking#link} found it
     */
    void prepareLogin(BrokeredIdentityContext person, Optional<UserModel> linked, AuthenticationSessionModel login) {
        Optional<UserModel> user = linked;
        if (user.isEmpty() && firstLogin.onlyCreatesUser()) {
            firstLogin.preprocess(person);
            adjust(person, null);
            user = firstLogin.create(person, login).or(() -> new AccountLinking(session, provider, event).link(person));
        } else {
            adjust(person, user.orElse(null));
        }
        user.ifPresent(this::unlock);
    }

    /** Prepares the linking of an account by a signed-in user. Writes nothing, because Keycloak may still refuse it. */
    void prepareLinking(BrokeredIdentityContext person, UserModel user) {
        AcceptedValues accepted = AcceptedValues.of(session, realm, user);
        person.setFirstName(accepted(accepted, UserModel.FIRST_NAME, person.getFirstName()));
        person.setLastName(accepted(accepted, UserModel.LAST_NAME, person.getLastName()));
        String email = accepted(accepted, UserModel.EMAIL, person.getEmail());
        person.setEmail(email != null && AcceptedValues.isTaken(session, realm, user, email) ? null : email);
    }

    private static String accepted(AcceptedValues accepted, String attribute, String sent) {
        return sent == null ? null : accepted.single(attribute, sent).orElse(null);
    }

    // ---- names and addresses ---------------------------------------------------------------------------------------

    /**
     * Sets the values that Keycloak stores, and writes them to an existing user, because Keycloak fails the login if it
     * cannot write.
     */
    private void adjust(BrokeredIdentityContext person, UserModel user) {
        AcceptedValues accepted;
        if (user == null) {
            accepted = AcceptedValues.ofNewUser(session, realm, person.getUsername());
            accepted.expect(UserModel.FIRST_NAME, person.getFirstName());
            accepted.expect(UserModel.LAST_NAME, person.getLastName());
            accepted.expect(UserModel.EMAIL, person.getEmail());
            if (!accepted.accepts(UserModel.USERNAME, person.getUsername())) {
                person.setUsername(nameOfId(person, provider.getAlias().length()));
            }
        } else {
            accepted = AcceptedValues.of(session, realm, user);
        }
        List<String> adjusted = new ArrayList<>();
        person.setFirstName(adjust(accepted, person, user, UserModel.FIRST_NAME, person.getFirstName(), adjusted));
        person.setLastName(adjust(accepted, person, user, UserModel.LAST_NAME, person.getLastName(), adjusted));
        person.setEmail(adjust(accepted, person, user, UserModel.EMAIL, person.getEmail(), adjusted));
        if (!adjusted.isEmpty()) {
            LOG.infof(
                    "ClassLink values were changed or not stored; the login continues. realm=%s, provider=%s, "
                            + "attributes=%s",
                    realm.getName(), provider.getAlias(), String.join(", ", adjusted));
            event.detail(ADJUSTED, String.join(", ", adjusted));
        }
    }

    /** Returns the value for Keycloak to write, or null for none. */
    private String adjust(
            AcceptedValues accepted,
            BrokeredIdentityContext person,
            UserModel user,
            String attribute,
            String sent,
            List<String> adjusted) {
        boolean update = user == null || provider.getSyncMode() == IdentityProviderSyncMode.FORCE;
        String present = user == null ? null : user.getFirstAttribute(attribute);
        Optional<String> stored =
                Optional.ofNullable(update ? sent : null).flatMap(value -> accepted.single(attribute, value));
        if (stored.isPresent() && attribute.equals(UserModel.EMAIL) && isInUse(user, stored.get())) {
            stored = Optional.empty();
            adjusted.add(attribute + " (used by another user)");
        } else if (update && sent != null && !sent.equals(stored.orElse(null))) {
            adjusted.add(attribute + (stored.isEmpty() ? " (rejected)" : " (shortened or replaced)"));
        }
        stored = stored.or(() -> Optional.ofNullable(present).flatMap(value -> accepted.single(attribute, value)))
                .or(() -> placeholderFor(accepted, person, attribute));
        accepted.set(attribute, stored.stream().toList());
        if (user == null) {
            return stored.orElse(null);
        }
        // An earlier version stored values that the user profile rejects.
        boolean refused = stored.isEmpty() && present != null && present.equalsIgnoreCase(sent);
        if (stored.isPresent() || refused) {
            String value = stored.orElse(null);
            AcceptedValues.write(session, realm, user, attribute, value, value != null && isTrusted(value))
                    .ifPresent(why -> adjusted.add(attribute + " (" + why + ")"));
        }
        return null;
    }

    /** For a new user, Keycloak's flow finds an account with exactly this email and, since 26.7.4, this username. */
    private boolean isInUse(UserModel user, String email) {
        return user == null
                ? !firstLogin.findsAccount(email) && AcceptedValues.isEqualToAnothers(session, realm, email)
                : AcceptedValues.isTaken(session, realm, user, email);
    }

    /** Returns a placeholder for a required value that ClassLink did not send, if no page asks the user for it. */
    private Optional<String> placeholderFor(AcceptedValues accepted, BrokeredIdentityContext person, String attribute) {
        if (!accepted.requires(attribute) || !firstLogin.onlyCreatesUser()) {
            return Optional.empty();
        }
        String name = nameOfId(person, provider.getAlias().length());
        Stream<String> candidates =
                // The second one is for a long alias: the local part has at most 64 characters.
                attribute.equals(UserModel.EMAIL)
                        ? Stream.of(name + NO_MAIL_DOMAIN, nameOfId(person, SHORT_ALIAS) + NO_MAIL_DOMAIN)
                        : Stream.of(PLACEHOLDER_NAME, name);
        return candidates
                .filter(candidate -> accepted.accepts(attribute, candidate))
                .findFirst();
    }

    /** Starts with the given number of characters of the alias. */
    private String nameOfId(BrokeredIdentityContext person, int aliasLength) {
        String alias = provider.getAlias();
        try {
            return UsernameTemplate.nameOfId(
                    alias.substring(0, Math.min(alias.length(), aliasLength)), Profile.read((ObjectNode)
                            person.getContextData().get(AbstractJsonUserAttributeMapper.CONTEXT_JSON_NODE)));
        } catch (Profile.Unreadable e) {
            throw new IllegalStateException(e); // the login has already parsed it
        }
    }

    private boolean isTrusted(String email) {
        return Booleans.isTrue(provider.isTrustEmail()) && !email.endsWith(NO_MAIL_DOMAIN);
    }

    /** A placeholder address must not count as verified. */
    static void distrustPlaceholder(UserModel user) {
        if (user.isEmailVerified()
                && user.getEmail() != null
                && user.getEmail().toLowerCase(Locale.ROOT).endsWith(NO_MAIL_DOMAIN)) {
            user.setEmailVerified(false);
        }
    }

    // ---- brute force detection -------------------------------------------------------------------------------------

    /**
     * Ends a temporary lockout, as the correct password does, so failed passwords do not block ClassLink logins.
     * Keycloak (26.7.3) also refuses a login during another login of the same user; this method waits for that one.
     */
    private void unlock(UserModel user) {
        if (!realm.isBruteForceProtected()) {
            return;
        }
        UserLoginFailureModel failures = session.loginFailures().getUserLoginFailure(realm, user.getId());
        if (failures != null && failures.getNumFailures() > 0) {
            failures.clearFailures();
        }
        BruteForceProtector protector = session.getProvider(BruteForceProtector.class);
        for (int poll = 0; poll < OTHER_LOGIN_POLLS && protector.isTemporarilyDisabled(session, realm, user); poll++) {
            LockSupport.parkNanos(OTHER_LOGIN_POLL.toNanos());
        }
    }
}
