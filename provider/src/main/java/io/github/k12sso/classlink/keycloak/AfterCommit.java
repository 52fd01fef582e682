package io.github.k12sso.classlink.keycloak;

import java.util.function.BiConsumer;
import org.jboss.logging.Logger;
import org.keycloak.models.AbstractKeycloakTransaction;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.models.RealmModel;
import org.keycloak.models.utils.KeycloakModelUtils;

/** Work that runs after a session's transaction is committed, and not after a rollback. */
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
     * Runs the work in a separate transaction after the session's transaction is committed and before the response is
     * sent. The work is tried up to three times. If it still fails, the failure is logged and the session's changes are
     * kept.
     *
     * @param work receives a new session and the same realm in it
     * @param what the work does, for the log; a constant
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
            // The message is not logged because it may contain personal data.
            LOG.errorf(
                    "A step after the login failed: %s. The user's next login retries it if the sync mode is "
                            + "FORCE. realm=%s, error=%s",
                    what, realmName, failure.getClass().getName());
        });
    }

    @Override
    protected void commitImpl() {
        work.run();
    }

    @Override
    protected void rollbackImpl() {
        // nothing was committed, so there is nothing to follow up
    }
}
