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
 * Revokes tokens at ClassLink in the background (RFC 7009). Each token is sent once, with a call timeout of ten
 * seconds. Realms take turns, and each realm has at most two revocations in progress, so no realm is delayed by another
 * realm's endpoint. Failures are logged and not retried: the tokens are already deleted in Keycloak and expire at
 * ClassLink.
 */
public final class Revocations implements AutoCloseable {

    private static final Logger LOG = Logger.getLogger(Revocations.class);

    private final Turns executor = new Turns();

    /** Revokes a user's tokens. The refresh token goes first because servers may revoke the access token with it. */
    void submit(KeycloakSession session, RealmModel realm, TokenEndpointClient endpoint, TokenSet tokens) {
        KeycloakSessionFactory factory = session.getKeycloakSessionFactory();
        String realmId = realm.getId();
        String realmName = realm.getName();
        try {
            executor.execute(realmId, () -> revoke(factory, realm, realmId, realmName, endpoint, tokens));
        } catch (RejectedExecutionException e) {
            LOG.warnf(
                    "The revocation queue is full: ClassLink tokens were deleted without revocation and "
                            + "expire on their own. realm=%s",
                    realmName);
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
                // Keycloak's vault needs only the realm's name, so tokens of a removed realm can be revoked, too.
                session.getContext().setRealm(realm == null ? known : realm);
                revoke(endpoint.in(session), tokens, realmName);
            });
        } catch (RuntimeException e) {
            // For example, Keycloak is shutting down. The message is not logged because it may contain personal data.
            LOG.warnf(
                    "ClassLink token revocation failed; the token expires on its own: %s. realm=%s",
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
            LOG.warnf(
                    "ClassLink token revocation failed; the token expires on its own: %s. realm=%s",
                    e.getMessage(), realmName);
        }
    }

    @Override
    public void close() {
        executor.close();
    }

    /** Runs tasks of several realms in round-robin order. */
    static final class Turns implements AutoCloseable {

        /** Maximum number of threads per server. */
        static final int THREADS = 8;
        /** Maximum number of running tasks per realm. */
        static final int PER_REALM = 2;
        /** Maximum number of waiting tasks per realm. */
        static final int MAX_WAITING_OF_REALM = 10_000;
        /** Maximum number of waiting tasks on the server. */
        static final int MAX_WAITING = 20_000;

        private static final int IDLE_SECONDS = 30;

        private final Map<String, Realm> realms = new HashMap<>();
        private final ThreadPoolExecutor executor;
        private int waiting;

        /** The waiting tasks and the number of running tasks. A realm without either is removed. */
        private static final class Realm {
            private final Deque<Runnable> tasks = new ArrayDeque<>();
            private int running;
        }

        Turns() {
            // Its queue never holds more than two tasks per realm.
            executor = new ThreadPoolExecutor(
                    THREADS, THREADS, IDLE_SECONDS, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
                        Thread thread = new Thread(task, "classlink-revocations");
                        thread.setDaemon(true);
                        return thread;
                    });
            executor.allowCoreThreadTimeOut(true);
        }

        /**
         * Queues a task.
         *
         * @throws RejectedExecutionException if the queue is full or closed
         */
        synchronized void execute(String realmId, Runnable task) {
            Realm realm = realms.computeIfAbsent(realmId, id -> new Realm());
            if (realm.tasks.size() >= MAX_WAITING_OF_REALM || waiting >= MAX_WAITING) {
                throw new RejectedExecutionException();
            }
            if (realm.running < PER_REALM) {
                executor.execute(() -> runNext(realmId, realm));
                realm.running++;
            }
            realm.tasks.add(task);
            waiting++;
        }

        private void runNext(String realmId, Realm realm) {
            Optional<Runnable> next = next(realmId, realm);
            if (next.isPresent()) {
                try {
                    next.get().run();
                } finally {
                    queueAgain(realmId, realm);
                }
            }
        }

        /** Queues the realm behind the waiting realms. */
        private void queueAgain(String realmId, Realm realm) {
            try {
                executor.execute(() -> runNext(realmId, realm));
            } catch (RejectedExecutionException e) {
                // closed: Keycloak is shutting down
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

        /** Returns the number of realms with tasks. */
        synchronized int size() {
            return realms.size();
        }

        @Override
        public void close() {
            executor.shutdownNow();
        }
    }
}
