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
 * Deletes and revokes tokens when a link is removed, a user is deleted or a provider is disabled. Keycloak sends no
 * events for single links when it deletes a provider or a realm; their records are deleted without revocation.
 */
final class LinkRemovalListener implements ProviderEventListener {

    private static final Logger LOG = Logger.getLogger(LinkRemovalListener.class);

    /** Users per transaction when a provider is disabled. */
    private static final int BATCH = 100;

    private final ClassLinkIdentityProviderFactory providers;
    private final Executor background = background();

    LinkRemovalListener(ClassLinkIdentityProviderFactory providers) {
        this.providers = providers;
    }

    @Override
    public void onEvent(ProviderEvent event) {
        // Pattern matching in switch needs Java 21; this runs on 17.
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
        AfterCommit.run(session, () -> background.execute(() -> deleteAllTokens(factory, realmId, alias)));
    }

    /** Works in batches with separate transactions, because a provider can have a million users. */
    private void deleteAllTokens(KeycloakSessionFactory factory, String realmId, String alias) {
        int done = 0;
        try {
            int found;
            do {
                int from = done;
                found = KeycloakModelUtils.runJobInTransactionWithResult(
                        factory, session -> deleteTokens(session, realmId, alias, from));
                done += found;
            } while (found == BATCH);
            LOG.infof(
                    "Deleted the ClassLink tokens of %d users because the provider was disabled. provider=%s",
                    done, alias);
        } catch (RuntimeException e) {
            LOG.warnf(
                    "Deleted the ClassLink tokens of %d users of a disabled provider, then stopped: %s. To "
                            + "continue, disable the provider again. provider=%s",
                    done, e.getClass().getName(), alias);
        }
    }

    private int deleteTokens(KeycloakSession session, String realmId, String alias, int from) {
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

    /** Deletes the record at the user's last logout, with {@code forgetTokensOnLogout}. */
    record LastLogout(KeycloakSession session, String alias, TokenVault vault) {

        /**
         * Deletes a user's record if the ending session is the last one from this provider. Offline sessions count. A
         * login in progress in this browser also counts: its session does not exist yet when it ends older ones.
         */
        void ended(RealmModel realm, UserSessionModel ending) {
            UserModel user = ending.getUser();
            Stream<UserSessionModel> online = session.sessions()
                    .getUserSessionsStream(realm, user)
                    .filter(other -> !other.getId().equals(ending.getId()));
            // The online session with the same ID ends with the offline one (Keycloak 26.7.3), but not vice versa.
            Stream<UserSessionModel> offline = session.sessions()
                    .getOfflineUserSessionsStream(realm, user)
                    .filter(other -> !ending.isOffline() || !other.getId().equals(ending.getId()));
            boolean remains = Stream.concat(online, offline)
                    .anyMatch(other -> alias.equals(other.getNote(Details.IDENTITY_PROVIDER)));
            if (!remains && !isSigningIn(realm, user)) {
                vault.forget(realm, user);
            }
        }

        /** Uses this browser's cookie, because Keycloak's context already contains the logout. */
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
