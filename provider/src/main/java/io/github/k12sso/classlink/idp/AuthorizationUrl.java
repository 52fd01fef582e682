package io.github.k12sso.classlink.idp;

import io.github.k12sso.classlink.http.AllowedHosts;
import io.github.k12sso.classlink.http.UpstreamFailure;
import io.github.k12sso.classlink.settings.ClassLinkIdentityProviderConfig;
import io.github.k12sso.classlink.settings.Setting;
import jakarta.ws.rs.core.UriBuilder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.keycloak.OAuth2Constants;
import org.keycloak.broker.provider.AuthenticationRequest;
import org.keycloak.broker.provider.IdentityBrokerException;
import org.keycloak.protocol.oidc.OIDCLoginProtocol;
import org.keycloak.sessions.AuthenticationSessionModel;
import org.keycloak.util.Booleans;

/** Builds the authorization URL of a login. */
final class AuthorizationUrl {

    private AuthorizationUrl() {}

    /**
     * Builds the URL with the app's parameters unchanged. Keycloak (26.7.3) treats braces as template placeholders and
     * a percent sign as the start of an escape: the prompt <code>{x}</code> caused an error page, and the login hint
     * {@code %41} became {@code A}.
     *
     * @param keycloaks builds Keycloak's URL without those parameters
     */
    static UriBuilder of(
            AuthenticationRequest request,
            ClassLinkIdentityProviderConfig config,
            AllowedHosts allowedHosts,
            Function<AuthenticationRequest, UriBuilder> keycloaks) {
        try {
            allowedHosts.require(config.getAuthorizationUrl());
        } catch (UpstreamFailure.HostNotAllowed e) {
            throw new IdentityBrokerException(Setting.AUTHORIZATION_URL.label() + " " + e.getMessage(), e);
        }
        AuthenticationSessionModel login = request.getAuthenticationSession();
        boolean ownPrompt = config.getPrompt() != null && !config.getPrompt().isEmpty();
        Map<String, Boolean> asked = Map.of(
                OAuth2Constants.PROMPT,
                !ownPrompt,
                OIDCLoginProtocol.LOGIN_HINT_PARAM,
                Booleans.isTrue(config.isLoginHint()));
        Map<String, String> values = new LinkedHashMap<>();
        asked.keySet().stream()
                .filter(name -> login.getClientNote(name) != null)
                .forEach(name -> values.put(name, login.getClientNote(name)));
        values.keySet().forEach(login::removeClientNote);
        UriBuilder url;
        try {
            url = keycloaks.apply(request);
        } finally {
            values.forEach(login::setClientNote);
        }
        List<String> forwarded = Optional.ofNullable(config.getForwardParameters()).stream()
                .flatMap(names -> Arrays.stream(names.split(",")))
                .map(String::strip)
                .toList();
        values.forEach((name, value) -> {
            if (asked.get(name) || forwarded.contains(name)) {
                url.replaceQueryParam(name, verbatim(value));
            }
        });
        return url.replaceQueryParam(OAuth2Constants.REDIRECT_URI, verbatim(request.getRedirectUri()));
    }

    private static String verbatim(String value) {
        return URLEncoder.encode(value, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
