package io.github.k12sso.classlink.diagnostics;

import io.github.k12sso.classlink.diagnostics.SetupCheck.Subject;
import io.github.k12sso.classlink.http.TokenEndpointClient;
import io.github.k12sso.classlink.http.UpstreamClient;
import io.github.k12sso.classlink.http.UpstreamFailure;
import io.github.k12sso.classlink.http.UpstreamFailure.OAuthError;
import io.github.k12sso.classlink.settings.Setting;
import java.util.Map;
import java.util.Optional;
import org.keycloak.OAuth2Constants;
import org.keycloak.models.KeycloakSession;
import org.keycloak.vault.VaultStringSecret;

/**
 * Checks the client ID and secret with an invalid code: ClassLink answers {@code invalid_grant} if it accepts the
 * client, and another error if it does not.
 */
record ClientCredentialsCheck(Subject subject) implements Check {

    private static final String NAME = "client-credentials";
    private static final String IMPOSSIBLE_CODE = "keycloak-classlink-connection-check";
    private static final String VERIFIER = "keycloak-classlink-connection-check-0123456789";
    private static final String COMPARE =
            "Compare Client ID and Client Secret with ClassLink's Partner Portal: Test and"
                    + " Production have one pair each. Paste both again without spaces.";

    @Override
    public String theme() {
        return NAME;
    }

    @Override
    public void run(Findings findings) {
        String secret = subject.config().getClientSecret();
        if (secret == null || secret.isBlank()) {
            findings.failed(NAME, "No client secret is stored.", COMPARE);
        } else if (secretOf(subject.session(), secret).isEmpty()) {
            findings.failed(
                    NAME,
                    "The client secret is a reference, and Keycloak's vault has no entry for it: " + secret + ".",
                    "Add the entry to the vault, or correct the reference. The option vault must be set.");
        } else {
            ask(findings);
        }
    }

    private void ask(Findings findings) {
        UpstreamClient upstream = subject.upstream().within(findings.timeForACall());
        TokenEndpointClient endpoint = new TokenEndpointClient(
                subject.session(), upstream, subject.config().getApp());
        Map<String, String> proof = Map.of(
                "code",
                IMPOSSIBLE_CODE,
                "redirect_uri",
                "https://connection-check.invalid/",
                OAuth2Constants.CODE_VERIFIER,
                VERIFIER);
        try {
            endpoint.redeem(proof);
            findings.warning(
                    NAME,
                    "ClassLink accepted a code that can't exist.",
                    "Check the setting " + Setting.TOKEN_URL.quoted() + ".");
        } catch (UpstreamFailure.Refused e) {
            refused(findings, e);
        } catch (UpstreamFailure.Unavailable e) {
            findings.failed(
                    NAME, "Not checked: the " + e.getMessage() + ".", "See the findings \"host\", or try again later.");
        } catch (UpstreamFailure e) {
            findings.failed(
                    NAME,
                    "Not checked: the " + e.getMessage() + ".",
                    "Check the setting " + Setting.TOKEN_URL.quoted() + ".");
        }
    }

    private static void refused(Findings findings, UpstreamFailure.Refused refusal) {
        OAuthError error = refusal.error();
        String answer = "status " + refusal.status() + ", error " + error.code();
        if (error == OAuthError.INVALID_GRANT || error == OAuthError.REDIRECT_URI_MISMATCH) {
            findings.ok(NAME, "ClassLink accepts client ID and secret. (It refused the made-up code: " + answer + ".)");
        } else if (error == OAuthError.UNKNOWN) {
            findings.warning(
                    NAME,
                    "ClassLink's answer doesn't say whether client ID and secret are right: " + answer + ".",
                    "Check the setting " + Setting.TOKEN_URL.quoted()
                            + ", and whether a firewall answers in ClassLink's place. " + COMPARE);
        } else {
            findings.failed(NAME, "ClassLink refused client ID or secret: " + answer + ".", COMPARE);
        }
    }

    /** Resolves a vault reference or returns the value itself; empty if the vault has no entry. */
    static Optional<String> secretOf(KeycloakSession session, String reference) {
        try (VaultStringSecret found = session.vault().getStringSecret(reference)) {
            return found.get().filter(text -> !text.startsWith("${vault."));
        }
    }
}
