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
import org.keycloak.models.FederatedIdentityModel;
import org.keycloak.models.IdentityProviderSyncMode;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserLoginFailureModel;
import org.keycloak.models.UserModel;
import org.keycloak.services.managers.BruteForceProtector;
import org.keycloak.sessions.AuthenticationSessionModel;
import org.keycloak.util.Booleans;

/**
 * The Keycloak user of a person whom ClassLink has just named, made ready for Keycloak's flow: nothing that ClassLink sends, and
 * nobody who types wrong passwords, keeps the person out.
 */
final class LoginUser {

    /** The domain of addresses that stand in for one that the realm requires; mail to it can't be sent (RFC 2606). */
    static final String NO_MAIL_DOMAIN = "@classlink.invalid";

    /** A detail of the event: what was not stored as ClassLink sent it. */
    static final String ADJUSTED = "adjusted_attributes";

    private static final String STAND_IN_NAME = "-";
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

    /** For a login; the person's user is created if the first-login flow does nothing else. */
    void prepareLogin(BrokeredIdentityContext person, AuthenticationSessionModel login) {
        Optional<UserModel> user = find(person);
        if (user.isEmpty() && firstLogin.asksNothing()) {
            firstLogin.preprocess(person);
            adjust(person, null);
            user = firstLogin.create(person, login).or(() -> linkedMeanwhile(person));
        } else {
            adjust(person, user.orElse(null));
        }
        user.ifPresent(this::unlock);
    }

    /** For somebody who is signed in and connects an account. Keycloak may refuse that, and until then nothing is written. */
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

    private Optional<UserModel> find(BrokeredIdentityContext person) {
        return Optional.ofNullable(session.users()
                .getUserByFederatedIdentity(
                        realm, new FederatedIdentityModel(provider.getAlias(), person.getId(), person.getUsername())));
    }

    /** By another first login of the same person that was faster. */
    private Optional<UserModel> linkedMeanwhile(BrokeredIdentityContext person) {
        new AccountLinking(session, provider, event).link(person);
        return find(person);
    }

    // ---- names and addresses ---------------------------------------------------------------------------------------

    /** Sets what Keycloak will store, and stores it if there is a user: Keycloak ends the login where it may not write. */
    private void adjust(BrokeredIdentityContext person, UserModel user) {
        AcceptedValues accepted;
        if (user == null) {
            accepted = AcceptedValues.ofNewUser(session, realm, person.getUsername());
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
                    "Not stored as ClassLink sent it, the login continues. realm=%s, provider=%s, attributes=%s",
                    realm.getName(), provider.getAlias(), String.join(", ", adjusted));
            event.detail(ADJUSTED, String.join(", ", adjusted));
        }
    }

    /** The value that Keycloak is to write; null if it is to write none. */
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
        if (stored.isPresent() && attribute.equals(UserModel.EMAIL) && mustGiveWay(user, stored.get())) {
            stored = Optional.empty();
            adjusted.add(attribute + " (another user has it)");
        } else if (update && sent != null && !sent.equals(stored.orElse(null))) {
            adjusted.add(attribute + (stored.isEmpty() ? " (refused)" : " (shortened or replaced)"));
        }
        stored = stored.or(() -> Optional.ofNullable(present).flatMap(value -> accepted.single(attribute, value)))
                .or(() -> standIn(accepted, person, attribute));
        accepted.set(attribute, stored.stream().toList());
        if (user == null) {
            return stored.orElse(null);
        }
        // An earlier version stored what the profile refuses.
        boolean refused = stored.isEmpty() && present != null && present.equalsIgnoreCase(sent);
        if (stored.isPresent() || refused) {
            String value = stored.orElse(null);
            AcceptedValues.write(session, realm, user, attribute, value, value != null && isTrusted(value))
                    .ifPresent(why -> adjusted.add(attribute + " (" + why + ")"));
        }
        return null;
    }

    /** For a new user, Keycloak's flow finds the account that exactly has the address, and from 26.7.4 on the username. */
    private boolean mustGiveWay(UserModel user, String email) {
        boolean leftToFlow = user == null
                && (session.users().getUserByEmail(realm, email) != null
                        || (realm.isLoginWithEmailAllowed()
                                && session.users().getUserByUsername(realm, email) != null));
        return !leftToFlow && AcceptedValues.isTaken(session, realm, user, email);
    }

    /** What the realm requires and ClassLink does not know, if no page asks for it. */
    private Optional<String> standIn(AcceptedValues accepted, BrokeredIdentityContext person, String attribute) {
        if (!accepted.requires(attribute) || !firstLogin.asksNothing()) {
            return Optional.empty();
        }
        String name = nameOfId(person, provider.getAlias().length());
        Stream<String> candidates =
                // The second for a long alias: what is before the @ has 64 characters at most.
                attribute.equals(UserModel.EMAIL)
                        ? Stream.of(name + NO_MAIL_DOMAIN, nameOfId(person, SHORT_ALIAS) + NO_MAIL_DOMAIN)
                        : Stream.of(STAND_IN_NAME, name);
        return candidates
                .filter(candidate -> accepted.accepts(attribute, candidate))
                .findFirst();
    }

    /** Begins with so many characters of the alias. */
    private String nameOfId(BrokeredIdentityContext person, int aliasLength) {
        String alias = provider.getAlias();
        try {
            return UsernameTemplate.nameOfId(
                    alias.substring(0, Math.min(alias.length(), aliasLength)), Profile.read((ObjectNode)
                            person.getContextData().get(AbstractJsonUserAttributeMapper.CONTEXT_JSON_NODE)));
        } catch (Profile.Unreadable e) {
            throw new IllegalStateException(e); // the login itself has read it
        }
    }

    private boolean isTrusted(String email) {
        return Booleans.isTrue(provider.isTrustEmail()) && !email.endsWith(NO_MAIL_DOMAIN);
    }

    /** An address that stands in for one proves nothing. */
    static void trustNoStandIn(UserModel user) {
        if (user.isEmailVerified()
                && user.getEmail() != null
                && user.getEmail().toLowerCase(Locale.ROOT).endsWith(NO_MAIL_DOMAIN)) {
            user.setEmailVerified(false);
        }
    }

    // ---- brute force detection -------------------------------------------------------------------------------------

    /**
     * Wrong passwords do not lock the person out of ClassLink: a login there ends a temporary lockout, as the right password
     * does. Keycloak (26.7.3) also refuses a login while another one of the same user is under way; that one is waited for.
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
