package io.github.k12sso.classlink.keycloak;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.keycloak.models.FederatedIdentityModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;
import org.keycloak.models.UserProvider;
import org.keycloak.storage.StorageId;

/**
 * Users by the id that links them to a provider, compared exactly. Keycloak leaves the comparison to the database, and the default
 * collations of MariaDB, MySQL and SQL Server ignore case, accents or trailing blanks: there {@code x1} finds the user of
 * {@code X1}, who is another person. A person whose id is equal to another's for the database is linked by the SHA-256 of the id.
 */
public final class FederatedIds {

    /** A TenantId has no colon, so that no {@code TenantId|SourcedId} begins like this. */
    private static final String HASHED = "sha256:";

    private final KeycloakSession session;
    private final RealmModel realm;

    public FederatedIds(KeycloakSession session, RealmModel realm) {
        this.session = session;
        this.realm = realm;
    }

    /**
     * How a person is linked.
     *
     * @param id under which Keycloak finds this person and nobody else
     * @param user who is linked by it; empty before the first login
     */
    public record Link(String id, Optional<UserModel> user) {}

    /** The user who is linked by exactly this id, as it is stored. */
    public Optional<UserModel> user(String alias, String linkId) {
        return exact(candidates(session.users(), alias, linkId), alias, linkId);
    }

    private Optional<UserModel> exact(List<UserModel> candidates, String alias, String id) {
        return candidates.stream()
                .filter(user -> isLinkedBy(session.users(), user, alias, id)
                        || isLinkedBy(store(session, user.getId()), user, alias, id))
                .findFirst();
    }

    /**
     * The store behind the user cache, which Keycloak's SPI has under the cache's own interface. Users of a foreign store that
     * are not imported have their links elsewhere, reachable only through the cache: for those alone another node's write may go
     * unseen for the moment that the invalidation travels.
     */
    public static UserProvider store(KeycloakSession session, String userId) {
        return StorageId.isLocalStorage(userId) ? session.getProvider(UserProvider.class) : session.users();
    }

    /**
     * The link of a person.
     *
     * @param id the person's own, as ClassLink sends it
     */
    public Link link(String alias, String id) {
        String hashed = hashed(id);
        if (!id.startsWith(HASHED)) {
            List<UserModel> candidates = candidates(session.users(), alias, id);
            Optional<UserModel> exact = exact(candidates, alias, id);
            if (exact.isEmpty() && !candidates.isEmpty()) {
                // Another node has just changed the link: this one's cache may not know yet.
                candidates = candidates(session.getProvider(UserProvider.class), alias, id);
                exact = exact(candidates, alias, id);
            }
            if (exact.isPresent() && candidates.size() > 1) {
                rename(exact.get(), alias, hashed);
                return new Link(hashed, exact);
            }
            if (exact.isPresent()) {
                return new Link(id, exact);
            }
            if (candidates.isEmpty()) {
                return user(alias, hashed)
                        .map(user -> new Link(hashed, Optional.of(user)))
                        .orElseGet(() -> new Link(id, Optional.empty()));
            }
        }
        return new Link(hashed, user(alias, hashed));
    }

    /** Whether two stored ids link the same person. */
    public static boolean samePerson(String linkId, String other) {
        return linkId.equals(other) || hashed(linkId).equals(other) || linkId.equals(hashed(other));
    }

    /**
     * Whether the database takes a username for another user's, such as {@code jose} for {@code josé}. A search, because
     * Keycloak's look-up (26.7.3) leaves out such a user, whom the new one would then collide with.
     */
    public boolean isAnothers(String username) {
        List<String> found = session.users()
                .searchForUserStream(realm, Map.of(UserModel.USERNAME, username, UserModel.EXACT, "true"))
                .map(user -> user.getUsername().toLowerCase(Locale.ROOT))
                .toList();
        return !found.isEmpty() && !found.contains(username.toLowerCase(Locale.ROOT));
    }

    /** Those whose id is equal for the database. */
    private List<UserModel> candidates(UserProvider users, String alias, String id) {
        try {
            return Optional.ofNullable(
                            users.getUserByFederatedIdentity(realm, new FederatedIdentityModel(alias, id, null)))
                    .stream()
                    .toList();
        } catch (IllegalStateException moreThanOne) {
            // Linked before the database compared like this, by an administrator, or in two first logins at once.
            return session.users()
                    .searchForUserStream(realm, Map.of(UserModel.IDP_ALIAS, alias, UserModel.IDP_USER_ID, id))
                    .toList();
        }
    }

    private boolean isLinkedBy(UserProvider users, UserModel user, String alias, String id) {
        FederatedIdentityModel link = users.getFederatedIdentity(realm, user, alias);
        return link != null && link.getUserId().equals(id);
    }

    /** Keycloak's own look-up fails while there are two. The record is bound to the id, and the login under way makes a new one. */
    private void rename(UserModel user, String alias, String id) {
        FederatedIdentityModel old = session.users().getFederatedIdentity(realm, user, alias);
        session.users().removeFederatedIdentity(realm, user, alias);
        session.users().addFederatedIdentity(realm, user, new FederatedIdentityModel(alias, id, old.getUserName()));
    }

    private static String hashed(String id) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(id.getBytes(StandardCharsets.UTF_8));
            return HASHED + HexFormat.of().formatHex(hash);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e); // every Java has it
        }
    }
}
