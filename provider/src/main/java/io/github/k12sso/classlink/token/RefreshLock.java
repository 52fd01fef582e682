package io.github.k12sso.classlink.token;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.SingleUseObjectProvider;

/**
 * The right to renew one person's tokens, held by at most one request of the whole cluster, in Keycloak's own cluster-wide
 * store of single-use objects. It ends by itself when the node that holds it dies.
 *
 * <p>Its limits: a holder that is slower than the lock's life (it cannot be: the call ends after ten seconds, and what
 * remains is one write) is not stopped, and a cluster that fell apart has a store in each part. Both can make a second
 * refresh, neither can lose a record: {@link StoredLink#replace} writes only over what was read.
 */
final class RefreshLock {

    /** The call to ClassLink (10 s), and as much again for the write. */
    static final Duration LIFE = Duration.ofSeconds(20);

    private static final String OWNER = "owner";

    private final SingleUseObjectProvider store;
    private final String key;
    private final String owner;

    private RefreshLock(SingleUseObjectProvider store, String key, String owner) {
        this.store = store;
        this.key = key;
        this.owner = owner;
    }

    /** Empty if somebody else has it. */
    static Optional<RefreshLock> tryAcquire(KeycloakSession session, String key) {
        SingleUseObjectProvider store = session.singleUseObjects();
        if (!store.putIfAbsent(key, LIFE.toSeconds())) {
            return Optional.empty();
        }
        // The owner is written after: putIfAbsent takes none, and replace() would take the life away.
        String owner = UUID.randomUUID().toString();
        store.put(key, LIFE.toSeconds(), Map.of(OWNER, owner));
        return Optional.of(new RefreshLock(store, key, owner));
    }

    /** Lets the next one in, unless the lock ran out and is somebody else's by now. */
    void release() {
        Map<String, String> notes = store.get(key);
        if (notes != null && owner.equals(notes.get(OWNER))) {
            store.remove(key);
        }
    }
}
