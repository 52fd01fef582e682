package io.github.k12sso.classlink.mapper;

import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionTask;
import org.keycloak.models.KeycloakSessionTaskWithResult;
import org.keycloak.models.utils.KeycloakModelUtils;

/**
 * What mappers create for several people, such as a group: committed at once, because two people who log in at the same moment
 * create the same, and then only the second one's small transaction fails, not the login.
 */
public final class OwnTransaction {

    private static final String ROLLED_BACK = "classlink.rolled-back";

    private OwnTransaction() {}

    /** From now on nothing of this session is committed, and nothing that mappers create in it either. */
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
