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

/** The address of ClassLink's page to which a login is sent. */
final class AuthorizationUrl {

    private AuthorizationUrl() {}

    /**
     * The request to ClassLink, with what an app asked for as it was sent. Keycloak (26.7.3) makes the address of a template in
     * which braces are placeholders, and takes a percent sign for the start of an escape: a prompt of <code>{x}</code> ended in an error
     * page, and the login hint {@code %41} became {@code A}.
     *
     * @param keycloaks makes the address without those parameters
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
