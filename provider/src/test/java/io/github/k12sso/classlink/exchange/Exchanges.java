package io.github.k12sso.classlink.exchange;

import io.github.k12sso.classlink.RecordedEvents;
import io.github.k12sso.classlink.Stub;
import io.github.k12sso.classlink.exchange.ExchangeProvider.ExchangeableTokens;
import jakarta.ws.rs.core.MultivaluedHashMap;
import jakarta.ws.rs.core.MultivaluedMap;
import jakarta.ws.rs.core.Response;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.keycloak.broker.provider.IdentityProvider;
import org.keycloak.broker.provider.IdentityProviderFactory;
import org.keycloak.common.Profile;
import org.keycloak.crypto.Algorithm;
import org.keycloak.crypto.AsymmetricSignatureProvider;
import org.keycloak.crypto.SignatureProvider;
import org.keycloak.models.ClientModel;
import org.keycloak.models.IdentityProviderModel;
import org.keycloak.models.IdentityProviderStorageProvider;
import org.keycloak.models.KeyManager;
import org.keycloak.models.KeycloakContext;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.models.KeycloakUriInfo;
import org.keycloak.models.RealmModel;
import org.keycloak.organization.OrganizationProvider;
import org.keycloak.protocol.oidc.TokenExchangeContext;
import org.keycloak.services.cors.Cors;
import org.keycloak.urls.HostnameProvider;
import org.keycloak.urls.UrlType;

/**
 * Runs the exchange in a stubbed Keycloak and records what it returns and logs. The realm has no key, so no subject token is
 * valid.
 */
final class Exchanges {

    /** A ClassLink provider that fails the test if it is asked for tokens. */
    interface ClassLink extends IdentityProvider<IdentityProviderModel>, ExchangeableTokens {}

    private static final String ALIAS = "classlink";

    private final List<String> said = new ArrayList<>();
    private final RealmModel realm = realm();
    private final KeycloakSession session = session();

    Exchanges() {
        Profile.defaults();
    }

    /** A valid form of an app, without the subject token. */
    static MultivaluedMap<String, String> form() {
        MultivaluedMap<String, String> form = new MultivaluedHashMap<>();
        form.add("grant_type", "urn:ietf:params:oauth:grant-type:token-exchange");
        form.add("subject_token_type", "urn:ietf:params:oauth:token-type:access_token");
        form.add("requested_issuer", ALIAS);
        return form;
    }

    /** The response; empty if the request is left to Keycloak's own exchange. */
    Optional<Response> exchange(MultivaluedMap<String, String> form) {
        Cors cors = Stub.of(Cors.class, Map.of("add", arguments -> ((Response.ResponseBuilder) arguments[0]).build()));
        TokenExchangeContext context = new TokenExchangeContext(
                session,
                form,
                cors,
                realm,
                new RecordedEvents(realm, session, said),
                client(),
                null,
                null,
                null,
                Map.of());
        ExchangeProvider provider = new ExchangeProvider();
        return provider.supports(context) ? Optional.of(provider.exchange(context)) : Optional.empty();
    }

    /** All errors and details of the recorded events. */
    List<String> said() {
        return said;
    }

    private static ClientModel client() {
        return Stub.of(
                ClientModel.class,
                Map.of(
                        "isPublicClient", arguments -> false,
                        "getClientId", arguments -> "app",
                        "getAttribute", arguments -> "true",
                        "getAttributes", arguments -> Map.of("standard.token.exchange.enabled", "true"),
                        "getClientScopes", arguments -> Map.of()));
    }

    private static RealmModel realm() {
        return Stub.of(
                RealmModel.class,
                Map.of(
                        "getId", arguments -> "realm-1",
                        "getName", arguments -> "school",
                        "isEventsEnabled", arguments -> false,
                        "isOrganizationsEnabled", arguments -> false,
                        "getEventsListenersStream", arguments -> Stream.empty()));
    }

    private KeycloakSession session() {
        IdentityProviderModel model = new IdentityProviderModel();
        model.setAlias(ALIAS);
        model.setProviderId(ALIAS);
        model.setEnabled(true);
        IdentityProviderStorageProvider models = Stub.of(
                IdentityProviderStorageProvider.class,
                Map.of("getByAlias", arguments -> ALIAS.equals(arguments[0]) ? model : null));
        ClassLink classLink = Stub.of(ClassLink.class, Map.of());
        IdentityProviderFactory<?> makesIt = Stub.of(
                IdentityProviderFactory.class, Map.of("getId", arguments -> ALIAS, "create", arguments -> classLink));
        KeycloakSessionFactory factory = Stub.of(
                KeycloakSessionFactory.class,
                Map.of(
                        "getProviderFactoriesStream",
                        arguments -> arguments[0] == IdentityProvider.class ? Stream.of(makesIt) : Stream.empty(),
                        "getProviderFactory",
                        arguments -> makesIt));
        KeyManager keys = Stub.of(KeyManager.class, Map.of("getKey", arguments -> null));
        KeycloakUriInfo[] address = new KeycloakUriInfo[1];
        KeycloakContext context = Stub.of(
                KeycloakContext.class,
                Map.of(
                        "getRealm", arguments -> realm,
                        "getUri", arguments -> address[0],
                        "getClient", arguments -> client()));
        KeycloakSession made = Stub.of(
                KeycloakSession.class,
                Map.of(
                        "getContext", arguments -> context,
                        "getKeycloakSessionFactory", arguments -> factory,
                        "identityProviders", arguments -> models,
                        "keys", arguments -> keys,
                        "getAttributeOrDefault", arguments -> arguments[1],
                        "getProvider", arguments -> provider((Class<?>) arguments[0], arguments)));
        address[0] = new KeycloakUriInfo(made, UrlType.FRONTEND, null);
        return made;
    }

    private Object provider(Class<?> type, Object... arguments) {
        if (type == HostnameProvider.class) {
            return Stub.of(HostnameProvider.class, Map.of("getBaseUri", none -> URI.create("https://sso.example/")));
        }
        if (type == SignatureProvider.class) {
            return Algorithm.RS256.equals(arguments[1]) ? new AsymmetricSignatureProvider(session, "RS256") : null;
        }
        if (type == OrganizationProvider.class) {
            return Stub.of(OrganizationProvider.class, Map.of("isEnabled", none -> false));
        }
        throw new UnsupportedOperationException(type.toString());
    }
}
