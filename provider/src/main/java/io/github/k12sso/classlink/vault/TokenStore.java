package io.github.k12sso.classlink.vault;

import io.github.k12sso.classlink.keycloak.FederatedIds;
import java.util.Optional;
import java.util.function.BiFunction;
import org.keycloak.models.FederatedIdentityModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;
import org.keycloak.models.UserProvider;
import org.keycloak.models.utils.KeycloakModelUtils;

/**
 * Reads and writes one user's record in separate transactions. It bypasses the user cache, which is stale for a moment
 * after a write on another node, and commits before the request is answered.
 */
public final class TokenStore {

    private final KeycloakSessionFactory factory;
    private final String realmId;
    private final String userId;
    private final String alias;

    public TokenStore(KeycloakSessionFactory factory, String realmId, String userId, String alias) {
        this.factory = factory;
        this.realmId = realmId;
        this.userId = userId;
        this.alias = alias;
    }

    /** Returns the stored record; empty if there is no user, link or record. */
    public Optional<String> read() {
        return inOwnTransaction((session, row) -> Optional.of(row.link().getToken()));
    }

    /**
     * Replaces a record if it is unchanged.
     *
     * @return false, without a write, if the row no longer holds the expected record because the user signed in again
     *     or was unlinked
     */
    public boolean replace(String expected, String replacement) {
        return inOwnTransaction((session, row) -> {
                    if (!expected.equals(row.link().getToken())) {
                        return Optional.<Boolean>empty();
                    }
                    row.link().setToken(replacement);
                    session.users().updateFederatedIdentity(row.realm(), row.user(), row.link());
                    return Optional.of(true);
                })
                .orElse(false);
    }

    private record Row(RealmModel realm, UserModel user, FederatedIdentityModel link) {}

    private <T> Optional<T> inOwnTransaction(BiFunction<KeycloakSession, Row, Optional<T>> job) {
        return KeycloakModelUtils.runJobInTransactionWithResult(
                factory, session -> row(session).flatMap(row -> job.apply(session, row)));
    }

    private Optional<Row> row(KeycloakSession session) {
        RealmModel realm = session.realms().getRealm(realmId);
        if (realm == null) {
            return Optional.empty();
        }
        session.getContext().setRealm(realm);
        UserProvider users = FederatedIds.store(session, userId);
        UserModel user = users.getUserById(realm, userId);
        if (user == null) {
            return Optional.empty();
        }
        FederatedIdentityModel link = users.getFederatedIdentity(realm, user, alias);
        return link == null || link.getToken() == null || link.getToken().isBlank()
                ? Optional.empty()
                : Optional.of(new Row(realm, user, link));
    }
}
