package io.github.k12sso.classlink.idp;

import io.github.k12sso.classlink.keycloak.AfterCommit;
import io.github.k12sso.classlink.vault.TokenVault;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jboss.logging.Logger;
import org.keycloak.authentication.authenticators.broker.util.PostBrokerLoginConstants;
import org.keycloak.authentication.authenticators.broker.util.SerializedBrokeredIdentityContext;
import org.keycloak.events.Details;
import org.keycloak.models.FederatedIdentityModel;
import org.keycloak.models.IdentityProviderModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;
import org.keycloak.models.UserSessionModel;
import org.keycloak.models.utils.KeycloakModelUtils;
import org.keycloak.provider.ProviderEvent;
import org.keycloak.provider.ProviderEventListener;
import org.keycloak.services.managers.AuthenticationSessionManager;
import org.keycloak.sessions.AuthenticationSessionModel;
import org.keycloak.sessions.RootAuthenticationSessionModel;

/**
 * What Keycloak says about links that end: one is taken away, a user is removed, a provider is disabled. Their tokens go, and
 * ClassLink hears of it where it has a revocation endpoint. Keycloak says nothing of single links when it removes a provider
 * or a realm; their rows go with them.
 */
final class LinkRemovalListener implements ProviderEventListener {

    private static final Logger LOG = Logger.getLogger(LinkRemovalListener.class);

    /** Users of a disabled provider in one transaction. */
    private static final int BATCH = 100;

    private final ClassLinkIdentityProviderFactory providers;
    private final Executor background = background();

    LinkRemovalListener(ClassLinkIdentityProviderFactory providers) {
        this.providers = providers;
    }

    @Override
    public void onEvent(ProviderEvent event) {
        // Not a switch over types: that is Java 21, and this runs on 17.
        if (event instanceof FederatedIdentityModel.FederatedIdentityRemovedEvent removed) {
            unlinked(removed.getKeycloakSession(), removed.getRealm(), removed.getFederatedIdentity());
        } else if (event instanceof UserModel.UserPreRemovedEvent removed) {
            KeycloakSession session = removed.getKeycloakSession();
            session.users()
                    .getFederatedIdentitiesStream(removed.getRealm(), removed.getUser())
                    .toList()
                    .forEach(link -> unlinked(session, removed.getRealm(), link));
        } else if (event instanceof RealmModel.IdentityProviderUpdatedEvent updated
                && isOurs(updated.getUpdatedIdentityProvider())
                && !updated.getUpdatedIdentityProvider().isEnabled()) {
            afterCommit(updated.getKeycloakSession(), updated.getRealm(), updated.getUpdatedIdentityProvider());
        }
    }

    private void unlinked(KeycloakSession session, RealmModel realm, FederatedIdentityModel link) {
        provider(session, link.getIdentityProvider())
                .ifPresent(provider -> provider.logins().vault().revokeAfterCommit(realm, link));
    }

    private Optional<ClassLinkIdentityProvider> provider(KeycloakSession session, String alias) {
        return Optional.ofNullable(session.identityProviders().getByAlias(alias))
                .filter(LinkRemovalListener::isOurs)
                .map(model -> providers.create(session, model));
    }

    private static boolean isOurs(IdentityProviderModel model) {
        return ClassLinkIdentityProviderFactory.PROVIDER_ID.equals(model.getProviderId());
    }

    private void afterCommit(KeycloakSession session, RealmModel realm, IdentityProviderModel model) {
        KeycloakSessionFactory factory = session.getKeycloakSessionFactory();
        String realmId = realm.getId();
        String alias = model.getAlias();
        AfterCommit.run(session, () -> background.execute(() -> forgetAll(factory, realmId, alias)));
    }

    /** Batch by batch, each in its own transaction, because a state has a million students. */
    private void forgetAll(KeycloakSessionFactory factory, String realmId, String alias) {
        int done = 0;
        try {
            int found;
            do {
                int from = done;
                found = KeycloakModelUtils.runJobInTransactionWithResult(
                        factory, session -> forgetBatch(session, realmId, alias, from));
                done += found;
            } while (found == BATCH);
            LOG.infof(
                    "Forgot the ClassLink tokens of %d linked users of a disabled provider. provider=%s", done, alias);
        } catch (RuntimeException e) {
            LOG.warnf(
                    "Forgot the ClassLink tokens of %d linked users of a disabled provider, and then stopped: %s. Disable the "
                            + "provider again to go on. provider=%s",
                    done, e.getClass().getName(), alias);
        }
    }

    private int forgetBatch(KeycloakSession session, String realmId, String alias, int from) {
        RealmModel realm = session.realms().getRealm(realmId);
        if (realm == null) {
            return 0;
        }
        session.getContext().setRealm(realm);
        Optional<ClassLinkIdentityProvider> provider =
                provider(session, alias).filter(found -> !found.getConfig().isEnabled());
        if (provider.isEmpty()) {
            return 0;
        }
        List<UserModel> users = session.users()
                .searchForUserStream(realm, Map.of(UserModel.IDP_ALIAS, alias), from, BATCH)
                .filter(Objects::nonNull)
                .toList();
        users.forEach(user -> provider.get().logins().vault().forget(realm, user));
        return users.size();
    }

    private static Executor background() {
        ThreadPoolExecutor executor =
                new ThreadPoolExecutor(1, 1, 30, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
                    Thread thread = new Thread(task, "classlink-disconnections");
                    thread.setDaemon(true);
                    return thread;
                });
        executor.allowCoreThreadTimeOut(true);
        return executor;
    }

    /** What the end of a session means for the record of its user, with {@code forgetTokensOnLogout}. */
    record LastLogout(KeycloakSession session, String alias, TokenVault vault) {

        /**
         * Deletes a user's record if the session that ends is the last one that began with this provider. Offline sessions count, and
         * so does the login under way in this browser: its session does not exist yet when it ends older ones.
         */
        void ended(RealmModel realm, UserSessionModel ending) {
            UserModel user = ending.getUser();
            Stream<UserSessionModel> online = session.sessions()
                    .getUserSessionsStream(realm, user)
                    .filter(other -> !other.getId().equals(ending.getId()));
            // The online session of the same id ends with the offline one (Keycloak 26.7.3), but not the other way
            // round.
            Stream<UserSessionModel> offline = session.sessions()
                    .getOfflineUserSessionsStream(realm, user)
                    .filter(other -> !ending.isOffline() || !other.getId().equals(ending.getId()));
            boolean remains = Stream.concat(online, offline)
                    .anyMatch(other -> alias.equals(other.getNote(Details.IDENTITY_PROVIDER)));
            if (!remains && !isSigningIn(realm, user)) {
                vault.forget(realm, user);
            }
        }

        /** By this browser's cookie: Keycloak's context has the logout by now. */
        private boolean isSigningIn(RealmModel realm, UserModel user) {
            RootAuthenticationSessionModel logins =
                    new AuthenticationSessionManager(session).getCurrentRootAuthenticationSession(realm);
            return logins != null
                    && logins.getAuthenticationSessions().values().stream()
                            .filter(login -> user.equals(login.getAuthenticatedUser()))
                            .anyMatch(login ->
                                    alias.equals(login.getUserSessionNotes().get(Details.IDENTITY_PROVIDER))
                                            || isInPostLoginFlow(login));
        }

        private boolean isInPostLoginFlow(AuthenticationSessionModel login) {
            SerializedBrokeredIdentityContext person = SerializedBrokeredIdentityContext.readFromAuthenticationSession(
                    login, PostBrokerLoginConstants.PBL_BROKERED_IDENTITY_CONTEXT);
            return person != null && alias.equals(person.getIdentityProviderId());
        }
    }
}
