package io.github.k12sso.classlink.mapper;

import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionTask;
import org.keycloak.models.KeycloakSessionTaskWithResult;
import org.keycloak.models.utils.KeycloakModelUtils;

/**
 * A separate transaction for shared objects such as groups: if concurrent logins create the same object, only this
 * transaction fails, not the login.
 */
public final class OwnTransaction {

    private static final String ROLLED_BACK = "classlink.rolled-back";

    private OwnTransaction() {}

    /** Makes all changes in this session roll back, including those of separate transactions of mappers. */
    public static void rollBackAll(KeycloakSession session) {
        session.setAttribute(ROLLED_BACK, true);
        session.getTransactionManager().setRollbackOnly();
    }

    static void run(KeycloakSession session, KeycloakSessionTask job) {
        call(session, other -> {
            job.run(other);
            return null;
        });
    }

    static <T> T call(KeycloakSession session, KeycloakSessionTaskWithResult<T> job) {
        return session.getAttribute(ROLLED_BACK) == null
                ? KeycloakModelUtils.runJobInTransactionWithResult(session.getKeycloakSessionFactory(), job)
                : job.run(session);
    }
}
