package io.github.k12sso.classlink.diagnostics;

import io.github.k12sso.classlink.Stub;
import io.github.k12sso.classlink.diagnostics.Check.Finding;
import io.github.k12sso.classlink.diagnostics.Check.Findings;
import io.github.k12sso.classlink.http.AllowedHosts;
import io.github.k12sso.classlink.settings.ClassLinkIdentityProviderConfig;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.keycloak.models.KeycloakContext;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakUriInfo;
import org.keycloak.urls.HostnameProvider;
import org.keycloak.urls.UrlType;

/** Runs a check and returns one line per finding; also creates the settings to check. */
final class Found {

    private Found() {}

    static List<String> by(Check check) {
        Findings findings = new Findings(Instant::now, Duration.ofSeconds(20));
        SetupCheck.run(check, findings);
        return lines(findings);
    }

    static List<String> lines(Findings findings) {
        return findings.all().stream().map(Found::line).toList();
    }

    private static String line(Finding finding) {
        return finding.name() + " " + finding.status().code() + ": " + finding.detail() + " | " + finding.fix();
    }

    /** Returns a session in which Keycloak's frontend URL is the given URL. */
    static KeycloakSession session(String keycloak) {
        KeycloakUriInfo[] address = new KeycloakUriInfo[1];
        KeycloakContext context = Stub.of(KeycloakContext.class, Map.of("getUri", arguments -> address[0]));
        KeycloakSession session = Stub.of(
                KeycloakSession.class,
                Map.of(
                        "getContext",
                        arguments -> context,
                        "getProvider",
                        arguments ->
                                Stub.of(HostnameProvider.class, Map.of("getBaseUri", unused -> URI.create(keycloak)))));
        address[0] = new KeycloakUriInfo(session, UrlType.FRONTEND, null);
        return session;
    }

    /** The settings of a provider that may call hosts other than ClassLink's. */
    static ClassLinkIdentityProviderConfig settings(String allowedHosts, Map<String, String> settings) {
        ClassLinkIdentityProviderConfig config = new ClassLinkIdentityProviderConfig(AllowedHosts.with(allowedHosts));
        config.setAlias("classlink");
        config.setEnabled(true);
        config.getConfig().put("clientId", "c1419343109521");
        config.getConfig().putAll(settings);
        return config;
    }
}
