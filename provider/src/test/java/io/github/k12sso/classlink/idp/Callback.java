package io.github.k12sso.classlink.idp;

import io.github.k12sso.classlink.RecordedEvents;
import io.github.k12sso.classlink.Stub;
import io.github.k12sso.classlink.http.AllowedHosts;
import io.github.k12sso.classlink.http.Bulkheads;
import io.github.k12sso.classlink.idp.ClassLinkIdentityProvider.ServerState;
import io.github.k12sso.classlink.settings.ClassLinkIdentityProviderConfig;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.stream.Stream;
import org.apache.http.HttpEntityEnclosingRequest;
import org.apache.http.HttpHost;
import org.apache.http.HttpRequest;
import org.apache.http.NameValuePair;
import org.apache.http.client.methods.CloseableHttpResponse;
import org.apache.http.client.utils.URLEncodedUtils;
import org.apache.http.conn.ClientConnectionManager;
import org.apache.http.impl.client.CloseableHttpClient;
import org.apache.http.params.HttpParams;
import org.apache.http.protocol.HttpContext;
import org.apache.http.util.EntityUtils;
import org.keycloak.broker.provider.IdpLinkAction;
import org.keycloak.broker.provider.UserAuthenticationIdentityProvider.AuthenticationCallback;
import org.keycloak.broker.provider.util.IdentityBrokerState;
import org.keycloak.common.enums.SslRequired;
import org.keycloak.connections.httpclient.HttpClientProvider;
import org.keycloak.forms.login.LoginFormsProvider;
import org.keycloak.models.ClientModel;
import org.keycloak.models.KeycloakContext;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.models.KeycloakUriInfo;
import org.keycloak.models.RealmModel;
import org.keycloak.protocol.ClientData;
import org.keycloak.protocol.LoginProtocol;
import org.keycloak.services.resources.IdentityBrokerService;
import org.keycloak.sessions.AuthenticationSessionModel;
import org.keycloak.tracing.NoopTracingProvider;
import org.keycloak.tracing.TracingProvider;
import org.keycloak.urls.HostnameProvider;
import org.keycloak.urls.UrlType;
import org.keycloak.vault.VaultStringSecret;
import org.keycloak.vault.VaultTranscriber;

/** Runs the callback endpoint in a stubbed Keycloak whose ClassLink is unreachable, and records all output. */
final class Callback {

    private static final URI KEYCLOAK = URI.create("https://sso.example/");

    private final List<String> said = new ArrayList<>();
    private final List<String> redeemed = new ArrayList<>();
    private final List<Response> answers = new ArrayList<>();
    private final boolean loginUnderWay;
    private final boolean linking;
    private final boolean tile;
    private final RealmModel realm = realm();
    private final KeycloakSession session = session();

    /**
     * @param loginUnderWay whether the browser's cookies match the state
     * @param linking whether the login links an account
     * @param tile whether the login started from a tile
     */
    Callback(boolean loginUnderWay, boolean linking, boolean tile) {
        this.loginUnderWay = loginUnderWay;
        this.linking = linking;
        this.tile = tile;
    }

    void answer(String state, String code, String error) {
        ClassLinkIdentityProviderConfig config = new ClassLinkIdentityProviderConfig(AllowedHosts.builtIn());
        config.setAlias("classlink");
        config.setEnabled(true);
        config.getConfig().put("clientId", "c1419343109521");
        config.getConfig().put("clientSecret", "secret");
        ClassLinkIdentityProvider provider = new ClassLinkIdentityProvider(
                session,
                config,
                new ServerState(
                        AllowedHosts.builtIn(),
                        null,
                        new Bulkheads(new Bulkheads.Places(50, 2, 2, 2), InstantSource.system()),
                        null,
                        null,
                        null));
        Logger log = Logger.getLogger(FailedLogin.class.getPackageName());
        Handler listening = listening();
        log.setUseParentHandlers(false);
        log.addHandler(listening);
        try {
            Object endpoint = provider.callback(realm, keycloak(), new RecordedEvents(realm, session, said));
            Response answer = ((CallbackEndpoint) endpoint).authResponse(state, code, error);
            answers.add(answer);
            said.addAll(answer.getStringHeaders().values().stream()
                    .flatMap(List::stream)
                    .toList());
        } finally {
            log.removeHandler(listening);
        }
    }

    /** The number of responses sent to the browser. */
    int answers() {
        return answers.size();
    }

    /** All log lines, event values, page parameters and response headers. */
    List<String> said() {
        return said;
    }

    /** The authorization codes sent to ClassLink. */
    List<String> redeemed() {
        return redeemed;
    }

    private AuthenticationCallback keycloak() {
        Function<Object[], Object> answer = arguments -> {
            Arrays.stream(arguments).filter(String.class::isInstance).forEach(text -> said.add((String) text));
            return Response.status(302).build();
        };
        return Stub.of(
                AuthenticationCallback.class,
                Map.of(
                        "getAndVerifyAuthenticationSession",
                        arguments -> login((String) arguments[0]),
                        "cancelled",
                        answer,
                        "error",
                        answer));
    }

    /** As in Keycloak, the state is parsed first and then compared with the cookies. */
    private AuthenticationSessionModel login(String state) {
        if (loginUnderWay) {
            return login();
        }
        IdentityBrokerState.encoded(state, realm);
        throw new WebApplicationException(Response.status(400).build());
    }

    private AuthenticationSessionModel login() {
        ClientModel app = Stub.of(ClientModel.class, Map.of("getClientId", arguments -> "app"));
        return Stub.of(
                AuthenticationSessionModel.class,
                Map.of(
                        "getAuthNote",
                        arguments -> authNote((String) arguments[0]),
                        "removeAuthNote",
                        arguments -> null,
                        "setAction",
                        arguments -> null,
                        "getClientNote",
                        arguments -> "BROKER_CODE_CHALLENGE".equals(arguments[0]) ? "verifier" : null,
                        "removeClientNote",
                        arguments -> null,
                        "getRedirectUri",
                        arguments ->
                                tile ? KEYCLOAK + "realms/school/classlink/classlink/launched" : "https://app.example",
                        "getClient",
                        arguments -> app,
                        "getTabId",
                        arguments -> "tab",
                        "getProtocol",
                        arguments -> "openid-connect"));
    }

    private String authNote(String name) {
        boolean aboutLinking = name.equals(IdentityBrokerService.LINKING_IDENTITY_PROVIDER)
                || name.equals(IdpLinkAction.KC_ACTION_LINKING_IDENTITY_PROVIDER);
        return linking && aboutLinking ? "true" : null;
    }

    private static RealmModel realm() {
        return Stub.of(
                RealmModel.class,
                Map.of(
                        "getId", arguments -> "realm-1",
                        "getName", arguments -> "school",
                        "isEnabled", arguments -> true,
                        "isEventsEnabled", arguments -> false,
                        "getSslRequired", arguments -> SslRequired.EXTERNAL,
                        "getEventsListenersStream", arguments -> Stream.empty(),
                        "getClientById", arguments -> null));
    }

    private KeycloakSession session() {
        KeycloakSessionFactory factory = Stub.of(
                KeycloakSessionFactory.class, Map.of("getProviderFactoriesStream", arguments -> Stream.empty()));
        VaultStringSecret noSecret =
                Stub.of(VaultStringSecret.class, Map.of("get", arguments -> Optional.empty(), "close", none -> null));
        VaultTranscriber vault = Stub.of(VaultTranscriber.class, Map.of("getStringSecret", arguments -> noSecret));
        HttpHeaders headers = Stub.of(HttpHeaders.class, Map.of("getHeaderString", arguments -> null));
        KeycloakUriInfo[] address = new KeycloakUriInfo[1];
        KeycloakContext context = Stub.of(
                KeycloakContext.class,
                Map.of(
                        "getRealm", arguments -> realm,
                        "getUri", arguments -> address[0],
                        "getConnection", arguments -> null,
                        "getHttpRequest",
                                arguments -> Stub.of(
                                        org.keycloak.http.HttpRequest.class, Map.of("getHttpHeaders", none -> headers)),
                        "getRequestHeaders", arguments -> null,
                        "setAuthenticationSession", arguments -> null));
        KeycloakSession made = Stub.of(
                KeycloakSession.class,
                Map.of(
                        "getContext", arguments -> context,
                        "getKeycloakSessionFactory", arguments -> factory,
                        "vault", arguments -> vault,
                        "getProvider", arguments -> provider((Class<?>) arguments[0])));
        address[0] = new KeycloakUriInfo(made, UrlType.FRONTEND, null);
        return made;
    }

    private Object provider(Class<?> type) {
        if (type == LoginFormsProvider.class) {
            return page();
        }
        if (type == HostnameProvider.class) {
            return Stub.of(HostnameProvider.class, Map.of("getBaseUri", arguments -> KEYCLOAK));
        }
        if (type == HttpClientProvider.class) {
            return Stub.of(HttpClientProvider.class, Map.of("getHttpClient", arguments -> new Unreachable()));
        }
        if (type == TracingProvider.class) {
            return new NoopTracingProvider();
        }
        if (type == LoginProtocol.class) {
            return Stub.of(
                    LoginProtocol.class,
                    Map.of("getClientData", arguments -> new ClientData("https://app.example", "code", null, "s")));
        }
        throw new UnsupportedOperationException(type.toString());
    }

    private LoginFormsProvider page() {
        LoginFormsProvider[] page = new LoginFormsProvider[1];
        page[0] = Stub.of(
                LoginFormsProvider.class,
                Map.of(
                        "setAuthenticationSession",
                        arguments -> page[0],
                        "setError",
                        arguments -> {
                            said.add((String) arguments[0]);
                            Arrays.stream((Object[]) arguments[1]).forEach(value -> said.add(String.valueOf(value)));
                            return page[0];
                        },
                        "createErrorPage",
                        arguments ->
                                Response.status((Response.Status) arguments[0]).build()));
        return page[0];
    }

    private Handler listening() {
        return new Handler() {
            @Override
            public void publish(LogRecord line) {
                if (line.getLevel().intValue() >= Level.INFO.intValue()) {
                    said.add(line.getMessage());
                }
            }

            @Override
            public void flush() {
                // nothing is buffered
            }

            @Override
            public void close() {
                // nothing to release
            }
        };
    }

    private final class Unreachable extends CloseableHttpClient {

        @Override
        protected CloseableHttpResponse doExecute(HttpHost target, HttpRequest request, HttpContext context)
                throws IOException {
            String form = EntityUtils.toString(((HttpEntityEnclosingRequest) request).getEntity());
            URLEncodedUtils.parse(form, StandardCharsets.UTF_8).stream()
                    .filter(field -> field.getName().equals("code"))
                    .map(NameValuePair::getValue)
                    .forEach(redeemed::add);
            throw new IOException("unreachable");
        }

        @Override
        public void close() {
            // nothing to release
        }

        @Override
        @Deprecated
        public HttpParams getParams() {
            throw new UnsupportedOperationException();
        }

        @Override
        @Deprecated
        public ClientConnectionManager getConnectionManager() {
            throw new UnsupportedOperationException();
        }
    }
}
