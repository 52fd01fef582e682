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
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;
import org.keycloak.models.UserProvider;
import org.keycloak.provider.ServerInfoAwareProviderFactory;
import org.keycloak.storage.StorageId;

/**
 * Finds users by their link ID, with an exact comparison. Keycloak leaves the comparison to the database, and the
 * default collations of MariaDB, MySQL and SQL Server ignore case, accents or trailing spaces: {@code x1} would find
 * the user of {@code X1}, a different user. If the database considers an ID equal to that of another user, the user is
 * linked by the SHA-256 of the ID.
 */
public final class FederatedIds {

    /** A TenantId has no colon, so no {@code TenantId|SourcedId} starts with this prefix. */
    private static final String HASHED = "sha256:";

    private final KeycloakSession session;
    private final RealmModel realm;

    public FederatedIds(KeycloakSession session, RealmModel realm) {
        this.session = session;
        this.realm = realm;
    }

    /**
     * The link of a ClassLink account.
     *
     * @param id the link ID that identifies only this account in Keycloak
     * @param user the linked user; empty before the first login
     */
    public record Link(String id, Optional<UserModel> user) {}

    /** Finds the user with exactly this stored link ID. */
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
     * Returns the user store behind the user cache. Users of an external store that are not imported have their links
     * elsewhere, reachable only through the cache. For those users, a write on another node may not be visible until
     * the cache is invalidated.
     */
    public static UserProvider store(KeycloakSession session, String userId) {
        return StorageId.isLocalStorage(userId) ? session.getProvider(UserProvider.class) : session.users();
    }

    /**
     * Finds the link of a ClassLink account.
     *
     * @param id the account's ID as ClassLink sends it
     */
    public Link link(String alias, String id) {
        String hashed = hashed(id);
        if (!id.startsWith(HASHED)) {
            List<UserModel> candidates = candidates(session.users(), alias, id);
            Optional<UserModel> exact = exact(candidates, alias, id);
            if (exact.isEmpty() && !candidates.isEmpty()) {
                // If another node has just changed the link, this node's cache may be stale.
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

    /** Returns whether two stored link IDs belong to the same ClassLink account. */
    public static boolean samePerson(String linkId, String other) {
        return linkId.equals(other) || hashed(linkId).equals(other) || linkId.equals(hashed(other));
    }

    /**
     * Returns whether the database considers a username equal to that of another user, for example {@code jose} and
     * {@code josé}. Uses a search because Keycloak's lookup (26.7.3) does not find such a user, but a new user would
     * collide with it.
     */
    public boolean isAnothers(String username) {
        if (isComparedExactly(session)) {
            return false;
        }
        List<String> found = session.users()
                .searchForUserStream(realm, Map.of(UserModel.USERNAME, username, UserModel.EXACT, "true"))
                .map(user -> user.getUsername().toLowerCase(Locale.ROOT))
                .toList();
        return !found.isEmpty() && !found.contains(username.toLowerCase(Locale.ROOT));
    }

    /**
     * Returns whether the server's database compares text exactly, so that no search for merely similar text is needed.
     * Only PostgreSQL does so for certain: all its collations for a whole database are deterministic. For other
     * databases, it depends on the collation or the session.
     */
    public static boolean isComparedExactly(KeycloakSession session) {
        KeycloakSessionFactory factory = session.getKeycloakSessionFactory();
        return factory.getSpis().stream()
                .filter(spi -> "connectionsJpa".equals(spi.getName()))
                .map(spi -> factory.getProviderFactory(spi.getProviderClass()))
                .anyMatch(database -> database instanceof ServerInfoAwareProviderFactory described
                        && described
                                .getOperationalInfo()
                                .getOrDefault("databaseProduct", "")
                                .startsWith("PostgreSQL"));
    }

    /** Returns the users whose link ID the database considers equal. */
    private List<UserModel> candidates(UserProvider users, String alias, String id) {
        try {
            return Optional.ofNullable(
                            users.getUserByFederatedIdentity(realm, new FederatedIdentityModel(alias, id, null)))
                    .stream()
                    .toList();
        } catch (IllegalStateException moreThanOne) {
            // Linked by an administrator, by concurrent first logins, or before the database used this collation.
            return session.users()
                    .searchForUserStream(realm, Map.of(UserModel.IDP_ALIAS, alias, UserModel.IDP_USER_ID, id))
                    .toList();
        }
    }

    private boolean isLinkedBy(UserProvider users, UserModel user, String alias, String id) {
        FederatedIdentityModel link = users.getFederatedIdentity(realm, user, alias);
        return link != null && link.getUserId().equals(id);
    }

    /**
     * Keycloak's lookup fails if two users match. The record is bound to the link ID, and the current login creates a
     * new one.
     */
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
            throw new IllegalStateException(e); // every Java platform has SHA-256
        }
    }
}
