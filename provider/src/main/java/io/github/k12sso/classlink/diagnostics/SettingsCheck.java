package io.github.k12sso.classlink.diagnostics;

import io.github.k12sso.classlink.diagnostics.SetupCheck.Subject;
import java.net.URI;
import java.util.Set;
import org.keycloak.Config;
import org.keycloak.common.enums.SslRequired;
import org.keycloak.services.Urls;
import org.keycloak.urls.UrlType;
import org.keycloak.util.Booleans;

/** Checks the stored settings and Keycloak's public address. */
record SettingsCheck(Subject subject) implements Check {

    private static final Set<String> THIS_MACHINE = Set.of("localhost", "127.0.0.1", "[::1]");

    @Override
    public String theme() {
        return "settings";
    }

    @Override
    public void run(Findings findings) {
        stored(findings);
        enabled(findings);
        URI redirectUri = redirectUri();
        redirectUri(findings, redirectUri);
        https(findings, redirectUri);
    }

    private void stored(Findings findings) {
        try {
            subject.config().validate(subject.realm());
            findings.ok("settings", "All stored settings are valid.");
        } catch (IllegalArgumentException e) {
            findings.failed(
                    "settings",
                    "A stored setting isn't valid: " + e.getMessage(),
                    "Open the provider in the admin console, correct the setting and save.");
        }
    }

    private void enabled(Findings findings) {
        if (!subject.realm().isEnabled()) {
            findings.failed("enabled", "The realm is disabled.", "Enable the realm in Realm settings.");
        } else if (!subject.config().isEnabled()) {
            findings.failed(
                    "enabled",
                    "The provider is disabled: users can't sign in with it.",
                    "Switch Enabled on and " + "save.");
        } else if (Booleans.isTrue(subject.config().isLinkOnly())) {
            findings.warning(
                    "enabled",
                    "Account linking only is on: users can link an account but can't sign in.",
                    "Switch Account linking only off, unless this is intended.");
        } else {
            findings.ok("enabled", "Realm and provider are enabled.");
        }
    }

    /** Returns the redirect URI that browsers send to ClassLink, which may differ from the address of this request. */
    private URI redirectUri() {
        return Urls.identityProviderAuthnResponse(
                subject.session().getContext().getUri(UrlType.FRONTEND).getBaseUri(),
                subject.config().getAlias(),
                subject.realm().getName());
    }

    private void redirectUri(Findings findings, URI redirectUri) {
        String register = "The redirect URI is " + redirectUri + ".";
        String frontendUrl = subject.realm().getAttribute("frontendUrl");
        boolean fixed = Config.scope("hostname", "v2").get("hostname") != null
                || (frontendUrl != null && !frontendUrl.isBlank());
        if (fixed) {
            findings.ok("redirect-uri", register + " Register exactly this one in ClassLink's Partner Portal.");
        } else {
            findings.warning(
                    "redirect-uri",
                    register + " Keycloak took the host from this request, because the option hostname is not set.",
                    "Start Keycloak with --hostname=https://<public host>, so that all users get the same redirect URI,"
                            + " and register exactly this one in ClassLink's Partner Portal.");
        }
    }

    private void https(Findings findings, URI redirectUri) {
        boolean https = "https".equals(redirectUri.getScheme());
        if (!https && THIS_MACHINE.contains(redirectUri.getHost())) {
            findings.warning(
                    "https",
                    "Users reach Keycloak over http on this machine. This is for tests only.",
                    "Before others sign in, use https and a public host name.");
        } else if (!https) {
            findings.failed(
                    "https",
                    "Users reach Keycloak over http: authorization codes and cookies can be read on the way.",
                    "Set --hostname=https://<public host>. Behind a proxy that ends TLS, also set --proxy-headers.");
        } else if (subject.realm().getSslRequired() == SslRequired.NONE) {
            findings.warning(
                    "https",
                    "The redirect URI uses https, but the realm also accepts http.",
                    "Set Require SSL to External requests in Realm settings.");
        } else {
            findings.ok("https", "Users reach Keycloak over https.");
        }
    }
}
