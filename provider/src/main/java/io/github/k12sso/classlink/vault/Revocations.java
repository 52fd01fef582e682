package io.github.k12sso.classlink.vault;

import io.github.k12sso.classlink.http.TokenEndpointClient;
import io.github.k12sso.classlink.http.UpstreamFailure;
import io.github.k12sso.classlink.vault.TokenRecord.TokenSet;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.LinkedBlockingQueue;
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
 * every call. Realms take turns, and each has at most two people's calls at a time, so that no realm waits for the ClassLink of
 * another. What fails is logged and not repeated: the tokens are forgotten here in any case, and expire there.
 */
public final class Revocations implements AutoCloseable {

    private static final Logger LOG = Logger.getLogger(Revocations.class);

    private final Turns executor = new Turns();

    /** Revokes a person's tokens: the refresh token first, because a server that knows it ends the access token with it. */
    void submit(KeycloakSession session, RealmModel realm, TokenEndpointClient endpoint, TokenSet tokens) {
        KeycloakSessionFactory factory = session.getKeycloakSessionFactory();
        String realmId = realm.getId();
        String realmName = realm.getName();
        try {
            executor.execute(realmId, () -> revoke(factory, realm, realmId, realmName, endpoint, tokens));
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
        executor.close();
    }

    /** Tasks of realms, one after the other from each realm that has any. */
    static final class Turns implements AutoCloseable {

        /** Of the whole server. */
        static final int THREADS = 8;
        /** Of a realm, at once. */
        static final int PER_REALM = 2;
        /** Of a realm, waiting. */
        static final int MAX_WAITING_OF_REALM = 10_000;
        /** Of all realms, waiting. */
        static final int MAX_WAITING = 20_000;

        private static final int IDLE_SECONDS = 30;

        private final Map<String, Realm> realms = new HashMap<>();
        private final ThreadPoolExecutor executor;
        private int waiting;

        /** Tasks that wait, and how many run; a realm without either is forgotten. */
        private static final class Realm {
            private final Deque<Runnable> tasks = new ArrayDeque<>();
            private int running;
        }

        Turns() {
            // Never more in its queue than each realm's two.
            executor = new ThreadPoolExecutor(
                    THREADS, THREADS, IDLE_SECONDS, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
                        Thread thread = new Thread(task, "classlink-revocations");
                        thread.setDaemon(true);
                        return thread;
                    });
            executor.allowCoreThreadTimeOut(true);
        }

        /**
         * Runs a task when it is its turn.
         *
         * @throws RejectedExecutionException if too many wait, or this is closed
         */
        synchronized void execute(String realmId, Runnable task) {
            Realm realm = realms.computeIfAbsent(realmId, id -> new Realm());
            if (realm.tasks.size() >= MAX_WAITING_OF_REALM || waiting >= MAX_WAITING) {
                throw new RejectedExecutionException();
            }
            if (realm.running < PER_REALM) {
                executor.execute(() -> takeTurn(realmId, realm));
                realm.running++;
            }
            realm.tasks.add(task);
            waiting++;
        }

        private void takeTurn(String realmId, Realm realm) {
            Optional<Runnable> next = next(realmId, realm);
            if (next.isPresent()) {
                try {
                    next.get().run();
                } finally {
                    takeAnotherTurn(realmId, realm);
                }
            }
        }

        /** After the realms that wait. */
        private void takeAnotherTurn(String realmId, Realm realm) {
            try {
                executor.execute(() -> takeTurn(realmId, realm));
            } catch (RejectedExecutionException e) {
                // closed: Keycloak is going down
            }
        }

        private synchronized Optional<Runnable> next(String realmId, Realm realm) {
            Optional<Runnable> next = Optional.ofNullable(realm.tasks.poll());
            if (next.isPresent()) {
                waiting--;
            } else if (--realm.running == 0) {
                realms.remove(realmId);
            }
            return next;
        }

        /** Realms that have tasks. */
        synchronized int size() {
            return realms.size();
        }

        @Override
        public void close() {
            executor.shutdownNow();
        }
    }
}
