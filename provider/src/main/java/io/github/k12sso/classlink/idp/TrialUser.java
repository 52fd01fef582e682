package io.github.k12sso.classlink.idp;

import io.github.k12sso.classlink.keycloak.FederatedIds;
import io.github.k12sso.classlink.settings.ClassLinkIdentityProviderConfig;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.keycloak.broker.provider.AbstractIdentityProvider;
import org.keycloak.broker.provider.BrokeredIdentityContext;
import org.keycloak.events.EventBuilder;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;
import org.keycloak.sessions.AuthenticationSessionModel;
import org.keycloak.util.Booleans;

/** Reports the user, the mapper results, and whether Keycloak would accept the login. */
record TrialUser(KeycloakSession session, ClassLinkIdentityProviderConfig config, TrialReport report) {

    private static final String USER_FEDERATION = "org.keycloak.storage.UserStorageProvider";

    void signIn(BrokeredIdentityContext person, AuthenticationSessionModel login) {
        RealmModel realm = session.getContext().getRealm();
        Map<String, String> values = new LinkedHashMap<>();
        values.put("key", report.personal(person.getId()));
        values.put("username", report.personal(person.getUsername()));
        if (realm.getComponentsStream(realm.getId(), USER_FEDERATION).findAny().isPresent()) {
            // Writes to user federation, for example LDAP, would not be rolled back.
            values.put("user", "not looked up: the realm has user federation");
            report.add("user", TrialReport.WARNING, values);
            result(Optional.empty());
            return;
        }
        EventBuilder event = new SilentEvents(realm, session);
        FederatedIds ids = new FederatedIds(session, realm);
        boolean known = ids.user(config.getAlias(), person.getId()).isPresent();
        Optional<UserModel> existing = new AccountLinking(session, config, event).link(person);
        boolean linked = !known && existing.isPresent();
        TrialMappers mappers = new TrialMappers(session, config, report);
        new LoginUser(session, config, event).prepareLogin(person, existing, login);
        mappers.preprocess(person);
        Optional<UserModel> user = ids.user(config.getAlias(), person.getId());
        values.put("user", kind(known, linked, user, realm));
        user.ifPresent(found -> describe(found, values));
        boolean enabled = user.map(UserModel::isEnabled).orElse(true);
        report.add(
                "user", !enabled ? TrialReport.FAILED : user.isEmpty() ? TrialReport.WARNING : TrialReport.OK, values);
        boolean isNew = login.getAuthNote(AbstractIdentityProvider.BROKER_REGISTERED_NEW_USER) != null;
        user.ifPresent(found -> mappers.run(found, person, isNew));
        result(user);
    }

    private String kind(boolean known, boolean linked, Optional<UserModel> user, RealmModel realm) {
        if (known) {
            return "existing";
        }
        if (linked) {
            return "existing, linked by another ClassLink provider";
        }
        if (user.isPresent()) {
            return "new";
        }
        return "decided by the first login flow "
                + Optional.ofNullable(config.getFirstBrokerLoginFlowId())
                        .map(realm::getAuthenticationFlowById)
                        .map(flow -> "\"" + flow.getAlias() + "\"")
                        .orElse("of the realm");
    }

    private void describe(UserModel user, Map<String, String> values) {
        values.put("username", report.personal(user.getUsername()));
        values.put("enabled", String.valueOf(user.isEnabled()));
        String actions = user.getRequiredActionsStream().sorted().collect(Collectors.joining(", "));
        if (!actions.isEmpty()) {
            values.put("required_actions", actions);
        }
    }

    private void result(Optional<UserModel> user) {
        if (user.isPresent() && !user.get().isEnabled()) {
            report.add("result", TrialReport.FAILED, Map.of("reason", "user_disabled"));
        } else if (!config.isEnabled() || Booleans.isTrue(config.isLinkOnly())) {
            report.add(
                    "result",
                    TrialReport.WARNING,
                    Map.of("reason", config.isEnabled() ? "provider_link_only" : "provider_disabled"));
        } else if (user.isEmpty()) {
            report.add("result", TrialReport.WARNING, Map.of("reason", "first_login_flow"));
        } else {
            report.add("result", TrialReport.OK, Map.of("reason", "signed_in"));
        }
    }

    /** Stores no events and notifies no listeners. */
    private static final class SilentEvents extends EventBuilder {

        SilentEvents(RealmModel realm, KeycloakSession session) {
            super(realm, session);
        }

        @Override
        public EventBuilder clone() {
            return this;
        }

        @Override
        public void success() {
            // nothing has happened
        }

        @Override
        public void error(String error) {
            // nothing has happened
        }
    }
}
