package io.github.k12sso.classlink.diagnostics;

import io.github.k12sso.classlink.diagnostics.Check.Finding;
import io.github.k12sso.classlink.diagnostics.Check.Findings;
import io.github.k12sso.classlink.diagnostics.Check.OutOfTime;
import io.github.k12sso.classlink.http.AllowedHosts;
import io.github.k12sso.classlink.http.UpstreamClient;
import io.github.k12sso.classlink.keycloak.Clocks;
import io.github.k12sso.classlink.settings.ClassLinkIdentityProviderConfig;
import io.github.k12sso.classlink.vault.KeySource;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jboss.logging.Logger;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;

/**
 * Checks the configuration of a ClassLink provider and of its realmfor logins, token exchange and rosters. Changes
 * nothing. Limits: {@link #TOTAL} for all checks, {@link Findings#CALL} for one call to ClassLink.
 */
public final class SetupCheck {

    static final Duration TOTAL = Duration.ofSeconds(30);

    private static final Logger LOG = Logger.getLogger(SetupCheck.class);

    private final Subject subject;

    public SetupCheck(Subject subject) {
        this.subject = subject;
    }

    /**
     * The subject of the checks.
     *
     * @param realm of the provider
     * @param config the provider's settings
     * @param upstream for calls to ClassLink
     * @param tokenKeys for stored tokens
     */
    public record Subject(
            KeycloakSession session,
            RealmModel realm,
            ClassLinkIdentityProviderConfig config,
            AllowedHosts allowedHosts,
            UpstreamClient upstream,
            KeySource tokenKeys) {}

    /** Runs all checks and returns the findings for JSON: name, status, detail and fix. */
    public List<Map<String, String>> run() {
        Findings findings = new Findings(Clocks.steady(), TOTAL);
        List<Check> checks = List.of(
                new SettingsCheck(subject),
                new StudentAccessCheck(subject),
                new MapperCheck(subject),
                new ScopeCheck(subject),
                new TileCheck(subject),
                new TokenKeysCheck(subject),
                new ConnectionCheck(subject),
                new ClientCredentialsCheck(subject),
                new RosterCheck(subject));
        checks.forEach(check -> run(check, findings));
        return findings.all().stream().map(SetupCheck::member).toList();
    }

    static void run(Check check, Findings findings) {
        try {
            check.run(findings);
        } catch (OutOfTime e) {
            findings.warning(
                    check.theme(),
                    "Not checked: the check ended after " + TOTAL.toSeconds() + " seconds.",
                    "Fix the hosts that don't answer, then run the check again.");
        } catch (IllegalArgumentException e) {
            // A setting was stored without validation, for example by an older version; SettingsCheck reports it.
            findings.failed(
                    check.theme(),
                    "Not checked: a stored setting can't be used.",
                    "Fix what the check \"settings\" reports, then run the check again.");
        } catch (RuntimeException e) {
            LOG.debugf(e, "The check %s failed", check.theme());
            findings.failed(
                    check.theme(),
                    "Not checked: unexpected " + e.getClass().getSimpleName() + ".",
                    "Turn on DEBUG for the category io.github.k12sso.classlink and report the stack trace.");
        }
    }

    private static Map<String, String> member(Finding finding) {
        Map<String, String> members = new LinkedHashMap<>();
        members.put("name", finding.name());
        members.put("status", finding.status().code());
        members.put("detail", finding.detail());
        members.put("fix", finding.fix());
        return members;
    }
}
