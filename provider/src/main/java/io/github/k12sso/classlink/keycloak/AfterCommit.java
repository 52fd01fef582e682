package io.github.k12sso.classlink.keycloak;

import org.keycloak.models.AbstractKeycloakTransaction;
import org.keycloak.models.KeycloakSession;

/** Work to do once a session's transaction is committed, and not if it is rolled back. */
public final class AfterCommit extends AbstractKeycloakTransaction {

    private final Runnable work;

    private AfterCommit(Runnable work) {
        this.work = work;
    }

    /** Runs the work when the session's transaction is committed. */
    public static void run(KeycloakSession session, Runnable work) {
        session.getTransactionManager().enlistAfterCompletion(new AfterCommit(work));
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
