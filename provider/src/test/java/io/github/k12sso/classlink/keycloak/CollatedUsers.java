package io.github.k12sso.classlink.keycloak;

import io.github.k12sso.classlink.Stub;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;
import org.keycloak.models.FederatedIdentityModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;
import org.keycloak.models.UserProvider;

/** A stubbed Keycloak whose database compares strings like MariaDB by default: it ignores case, accents and trailing spaces. */
final class CollatedUsers {

    private final Map<UserModel, List<FederatedIdentityModel>> links = new LinkedHashMap<>();
    private final UserProvider store = users(links::get);
    private Function<UserModel, List<FederatedIdentityModel>> cache = links::get;

    /** Creates a user with a link to {@code classlink}. */
    UserModel linkedBy(String id) {
        UserModel user =
                Stub.of(UserModel.class, Map.of("getUsername", arguments -> id, "getId", arguments -> "id of " + id));
        links.put(user, new ArrayList<>(List.of(new FederatedIdentityModel("classlink", id, "name", "record"))));
        return user;
    }

    /** The identity link of a user. */
    List<String> idsOf(UserModel user) {
        return links.get(user).stream().map(FederatedIdentityModel::getUserId).toList();
    }

    /** From now on, the user cache of this node returns the current links even if they change. */
    void cacheIsStale() {
        Map<UserModel, List<FederatedIdentityModel>> before = new HashMap<>();
        links.forEach((user, all) -> before.put(user, List.copyOf(all)));
        cache = before::get;
    }

    void link(UserModel user, String id) {
        links.get(user).add(new FederatedIdentityModel("classlink", id, "name", "record"));
    }

    void unlink(UserModel user) {
        links.get(user).clear();
    }

    FederatedIds ids() {
        return idsOn("MariaDB 11.4.2");
    }

    FederatedIds idsOn(String database) {
        UserProvider cached = users(user -> cache.apply(user));
        KeycloakSession session = Stub.of(
                KeycloakSession.class,
                Map.of(
                        "users",
                        arguments -> cached,
                        "getProvider",
                        arguments -> store,
                        "getKeycloakSessionFactory",
                        arguments -> Databases.server(database)));
        return new FederatedIds(session, Stub.of(RealmModel.class, Map.of()));
    }

    private static String collated(String text) {
        return Normalizer.normalize(text, Normalizer.Form.NFD)
                .replaceAll("\\p{M}", "")
                .toLowerCase(Locale.ROOT)
                .stripTrailing();
    }

    private List<UserModel> equal(String id) {
        return links.entrySet().stream()
                .filter(entry -> entry.getValue().stream()
                        .anyMatch(link -> collated(link.getUserId()).equals(collated(id))))
                .map(Map.Entry::getKey)
                .toList();
    }

    private UserProvider users(Function<UserModel, List<FederatedIdentityModel>> read) {
        return Stub.of(
                UserProvider.class,
                Map.of(
                        "getUserByFederatedIdentity",
                        arguments -> onlyOne(equal(((FederatedIdentityModel) arguments[1]).getUserId())),
                        "searchForUserStream",
                        arguments -> found((Map<?, ?>) arguments[1]),
                        "getFederatedIdentity",
                        arguments -> read.apply((UserModel) arguments[1]).stream()
                                .findFirst()
                                .orElse(null),
                        "removeFederatedIdentity",
                        arguments -> {
                            links.get((UserModel) arguments[1]).clear();
                            return true;
                        },
                        "addFederatedIdentity",
                        arguments -> links.get((UserModel) arguments[1]).add((FederatedIdentityModel) arguments[2])));
    }

    private Stream<UserModel> found(Map<?, ?> query) {
        String username = (String) query.get(UserModel.USERNAME);
        return username == null
                ? equal((String) query.get(UserModel.IDP_USER_ID)).stream()
                : links.keySet().stream()
                        .filter(user -> collated(user.getUsername()).equals(collated(username)));
    }

    private static UserModel onlyOne(List<UserModel> found) {
        if (found.size() > 1) {
            throw new IllegalStateException("More results found"); // same as Keycloak
        }
        return found.isEmpty() ? null : found.get(0);
    }
}
