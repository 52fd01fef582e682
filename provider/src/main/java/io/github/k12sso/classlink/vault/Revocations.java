package io.github.k12sso.classlink.vault;

import io.github.k12sso.classlink.http.TokenEndpointClient;
import io.github.k12sso.classlink.http.UpstreamFailure;
import io.github.k12sso.classlink.vault.TokenRecord.TokenSet;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.models.RealmModel;
import org.keycloak.models.utils.KeycloakModelUtils;

/**
 * Tells ClassLink, in the background, that tokens are no longer needed (RFC 7009). Each token once, within the ten seconds of
 * every call, two at a time; at most 10,000 people wait. What fails is logged and not repeated: the tokens are forgotten here
 * in any case, and expire there.
 */
public final class Revocations implements AutoCloseable {

    private static final Logger LOG = Logger.getLogger(Revocations.class);

    private static final int THREADS = 2;
    private static final int MAX_WAITING = 10_000;
    private static final int IDLE_SECONDS = 30;

    private final ThreadPoolExecutor executor;

    public Revocations() {
        executor = new ThreadPoolExecutor(
                THREADS, THREADS, IDLE_SECONDS, TimeUnit.SECONDS, new ArrayBlockingQueue<>(MAX_WAITING), task -> {
                    Thread thread = new Thread(task, "classlink-revocations");
                    thread.setDaemon(true);
                    return thread;
                });
        executor.allowCoreThreadTimeOut(true);
    }

    /** Revokes a person's tokens: the refresh token first, because a server that knows it ends the access token with it. */
    void submit(KeycloakSession session, RealmModel realm, TokenEndpointClient endpoint, TokenSet tokens) {
        KeycloakSessionFactory factory = session.getKeycloakSessionFactory();
        String realmId = realm.getId();
        String realmName = realm.getName();
        try {
            executor.execute(() -> revoke(factory, realm, realmId, realmName, endpoint, tokens));
        } catch (RejectedExecutionException e) {
            LOG.warnf("Too many ClassLink tokens wait for revocation; some are only forgotten. realm=%s", realmName);
        }
    }

    private static void revoke(
            KeycloakSessionFactory factory,
            RealmModel known,
            String realmId,
            String realmName,
            TokenEndpointClient endpoint,
            TokenSet tokens) {
        try {
            KeycloakModelUtils.runJobInTransaction(factory, session -> {
                RealmModel realm = session.realms().getRealm(realmId);
                // For its vault, which wants no more than its name: a removed realm's tokens are revoked, too.
                session.getContext().setRealm(realm == null ? known : realm);
                revoke(endpoint.in(session), tokens, realmName);
            });
        } catch (RuntimeException e) {
            // Keycloak is going down, say. Not the message, which may quote anything.
            LOG.warnf(
                    "A ClassLink token was not revoked: %s. realm=%s",
                    e.getClass().getName(), realmName);
        }
    }

    private static void revoke(TokenEndpointClient endpoint, TokenSet tokens, String realmName) {
        try {
            if (tokens.refreshToken().isPresent()) {
                endpoint.revoke("refresh_token", tokens.refreshToken().get());
            }
            endpoint.revoke("access_token", tokens.accessToken());
        } catch (UpstreamFailure e) {
            LOG.warnf("A ClassLink token was not revoked: %s. realm=%s", e.getMessage(), realmName);
        }
    }

    @Override
    public void close() {
        executor.shutdownNow();
    }
}
