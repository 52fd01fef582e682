package io.github.k12sso.classlink.refresh;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Predicate;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.models.SingleUseObjectProvider;
import org.keycloak.models.utils.KeycloakModelUtils;

/**
 * The right to refresh one user's tokens, held by at most one request of the whole cluster, in Keycloak's own cluster-wide
 * store of single-use objects. It expires when the node that holds it dies.
 *
 * <p>Its limits: a holder that is slower than the lock's life (it cannot be: the call ends after ten seconds, and what
 * remains is one write) is not stopped, and a partitioned cluster has a store in each part. Both can make a second
 * refresh, neither can lose a record: {@link io.github.k12sso.classlink.vault.TokenStore#replace} writes only over what was read.
 */
final class RefreshLock {

    /** The call to ClassLink (10 s), and as much again for the write. */
    static final Duration LIFE = Duration.ofSeconds(20);

    private static final String OWNER = "owner";

    private final KeycloakSessionFactory factory;
    private final String key;
    private final String owner;

    private RefreshLock(KeycloakSessionFactory factory, String key, String owner) {
        this.factory = factory;
        this.key = key;
        this.owner = owner;
    }

    /** Empty if another request has it. */
    static Optional<RefreshLock> tryAcquire(KeycloakSessionFactory factory, String key) {
        String owner = UUID.randomUUID().toString();
        boolean acquired = inOwnTransaction(factory, store -> {
            if (!store.putIfAbsent(key, LIFE.toSeconds())) {
                return false;
            }
            // The owner is written after: putIfAbsent takes none, and replace() would take the life away.
            store.put(key, LIFE.toSeconds(), Map.of(OWNER, owner));
            return true;
        });
        return acquired ? Optional.of(new RefreshLock(factory, key, owner)) : Optional.empty();
    }

    /** Releases the lock, unless it expired and another request has it by now. */
    void release() {
        inOwnTransaction(factory, store -> {
            Map<String, String> notes = store.get(key);
            return notes != null && owner.equals(notes.get(OWNER)) && store.remove(key) != null;
        });
    }

    /** {@code putIfAbsent} and {@code remove} act at once, but {@code put} when the transaction commits: after the release, say. */
    private static boolean inOwnTransaction(KeycloakSessionFactory factory, Predicate<SingleUseObjectProvider> job) {
        return KeycloakModelUtils.runJobInTransactionWithResult(
                factory, session -> job.test(session.singleUseObjects()));
    }
}
