package io.github.k12sso.classlink.keycloak;

import java.util.function.BiConsumer;
import org.jboss.logging.Logger;
import org.keycloak.models.AbstractKeycloakTransaction;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.models.RealmModel;
import org.keycloak.models.utils.KeycloakModelUtils;

/** Work to do once a session's transaction is committed, and not if it is rolled back. */
public final class AfterCommit extends AbstractKeycloakTransaction {

    private static final Logger LOG = Logger.getLogger(AfterCommit.class);
    private static final int ATTEMPTS = 3;

    private final Runnable work;

    private AfterCommit(Runnable work) {
        this.work = work;
    }

    /** Runs the work when the session's transaction is committed. */
    public static void run(KeycloakSession session, Runnable work) {
        session.getTransactionManager().enlistAfterCompletion(new AfterCommit(work));
    }

    /**
     * Runs the work in a transaction of its own when the session's transaction is committed, and before the answer is sent. What
     * the session did stays, whatever becomes of the work: it is tried up to three times, and then the log says so.
     *
     * @param work gets a session of its own and the same realm in it
     * @param what it does, for the log; a constant
     */
    public static void runInTransaction(
            KeycloakSession session, String what, BiConsumer<KeycloakSession, RealmModel> work) {
        KeycloakSessionFactory factory = session.getKeycloakSessionFactory();
        String realmId = session.getContext().getRealm().getId();
        String realmName = session.getContext().getRealm().getName();
        run(session, () -> {
            RuntimeException failure = null;
            for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
                try {
                    KeycloakModelUtils.runJobInTransaction(factory, other -> {
                        RealmModel realm = other.realms().getRealm(realmId);
                        other.getContext().setRealm(realm);
                        work.accept(other, realm);
                    });
                    return;
                } catch (RuntimeException e) {
                    failure = e;
                }
            }
            // Not the message, which may quote anything.
            LOG.errorf(
                    "After a login, this failed: %s. The user's next login tries again if the sync mode is FORCE. realm=%s, "
                            + "fault=%s",
                    what, realmName, failure.getClass().getName());
        });
    }

    @Override
    protected void commitImpl() {
        work.run();
    }

    @Override
    protected void rollbackImpl() {
        // what the work would follow did not happen
    }
}
