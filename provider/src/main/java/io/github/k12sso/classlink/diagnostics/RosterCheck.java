package io.github.k12sso.classlink.diagnostics;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.github.benmanes.caffeine.cache.Ticker;
import io.github.k12sso.classlink.diagnostics.SetupCheck.Subject;
import io.github.k12sso.classlink.http.Measurement.Operation;
import io.github.k12sso.classlink.http.UpstreamClient;
import io.github.k12sso.classlink.http.UpstreamFailure;
import io.github.k12sso.classlink.keycloak.Clocks;
import io.github.k12sso.classlink.mapper.RosterClasses;
import io.github.k12sso.classlink.oneroster.client.PartnerApplications;
import io.github.k12sso.classlink.oneroster.client.RosterCredentials.Access;
import io.github.k12sso.classlink.oneroster.client.RosterCredentials.PartnerKeyCredentials;
import io.github.k12sso.classlink.oneroster.client.RosterFailure;
import io.github.k12sso.classlink.oneroster.client.RosterFailure.Silences;
import io.github.k12sso.classlink.profile.Profile.TenantId;
import io.github.k12sso.classlink.settings.Setting;
import io.github.k12sso.classlink.settings.Setting.RosterMode;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Optional;

/** Checks roster access: the partner key, the districts that share their rosters, and one page of a roster. */
record RosterCheck(Subject subject) implements Check {

    /** Maximum number of allowed districts that are checked. */
    private static final int MAX_DISTRICTS = 50;
    /** Not a valid TenantId: ClassLink's are positive. */
    private static final String NO_DISTRICT = "0";

    private static final JsonFactory JSON = new JsonFactory();
    private static final String NAME = "rosters";
    private static final String KEY = "partner-key";
    private static final String DISTRICT = "roster-district";
    private static final String PAGE = "roster-page";

    @Override
    public String theme() {
        return NAME;
    }

    @Override
    public void run(Findings findings) {
        RosterMode mode = subject.config().getRosterMode();
        if (mode == RosterMode.OFF
                && RosterClasses.areUsed(subject.session(), subject.config().getAlias())) {
            findings.failed(
                    NAME,
                    "The roster API is disabled, and a group mapper or a client scope uses the classes of the roster.",
                    "Choose a Roster access. Otherwise delete the mapper with the group source roster-classes, and the"
                            + " mappers ClassLink classes in client scopes and clients.");
        } else if (mode == RosterMode.OFF) {
            findings.ok(NAME, "The roster API is disabled.");
        } else if (mode == RosterMode.PARTNER_KEY) {
            partnerKey(findings);
        } else {
            findings.ok(
                    NAME,
                    "The roster mode is " + mode.setting() + ". It has no provider key to test, so no roster "
                            + "was read.");
        }
    }

    private void partnerKey(Findings findings) {
        String reference = subject.config().getPartnerKey().orElse("");
        Optional<String> key =
                reference.isEmpty() ? Optional.empty() : ClientCredentialsCheck.secretOf(subject.session(), reference);
        if (key.isEmpty()) {
            findings.failed(
                    KEY,
                    reference.isEmpty()
                            ? "No partner key is set."
                            : "Keycloak's vault has no entry for the partner key " + reference + ".",
                    "Add the entry to the vault, or correct the setting " + Setting.PARTNER_KEY.quoted()
                            + ". The option vault must be set.");
            return;
        }
        List<String> districts = subject.config().getAllowedTenants().tenants().stream()
                .map(TenantId::value)
                .sorted()
                .limit(MAX_DISTRICTS)
                .toList();
        PartnerApplications applications =
                new PartnerApplications(Clocks.steady(), new Silences(Clocks.steady(), Ticker.systemTicker()));
        Optional<Access> roster = Optional.empty();
        for (String district : districts.isEmpty() ? List.of(NO_DISTRICT) : districts) {
            try {
                Access access = access(findings, applications, key.get(), district);
                findings.ok(DISTRICT, "The district with the TenantId " + district + " shares its roster.");
                roster = Optional.of(access);
            } catch (RosterFailure e) {
                if (!shares(findings, district, e)) {
                    return;
                }
            }
        }
        roster.ifPresent(access -> page(findings, access));
    }

    /** The first call reads the list of districts, which is then cached. */
    private Access access(Findings findings, PartnerApplications applications, String key, String district)
            throws RosterFailure {
        UpstreamClient upstream = subject.upstream().within(findings.timeForACall());
        return new PartnerKeyCredentials(
                        applications,
                        "check",
                        upstream,
                        subject.config().getRosterUrl(),
                        key,
                        district,
                        findings.timeForACall())
                .current();
    }

    /** Returns whether to continue with other districts. */
    private static boolean shares(Findings findings, String district, RosterFailure failure) {
        switch (failure.reason()) {
            case DISTRICT_UNKNOWN -> {
                if (district.equals(NO_DISTRICT)) {
                    findings.ok(
                            KEY,
                            "ClassLink accepts the partner key. No district was looked for, because "
                                    + Setting.ALLOWED_TENANTS.quoted() + " is empty.");
                } else {
                    findings.failed(
                            DISTRICT,
                            "ClassLink doesn't list the district with the TenantId " + district
                                    + " for the partner key.",
                            "Ask the district to add your app in its Roster Server and to share its roster.");
                }
                return true;
            }
            case DISTRICT_DISABLED -> {
                findings.failed(
                        DISTRICT,
                        "The district with the TenantId " + district + " doesn't share its roster with the app now.",
                        "Ask the district to enable your app in its Roster Server.");
                return true;
            }
            default -> {
                findings.failed(
                        KEY,
                        "The list of districts (/applications) can't be read: " + failure.getMessage() + ".",
                        failure.reason() == RosterFailure.Reason.CONFIGURATION
                                ? "Compare the partner key in Keycloak's vault with the Partner Portal, and check "
                                        + Setting.ROSTER_URL.quoted() + "."
                                : "Check " + Setting.ROSTER_URL.quoted()
                                        + " and the findings \"host\", or try again later.");
                return false;
            }
        }
    }

    private void page(Findings findings, Access access) {
        String url = access.base() + "/ims/oneroster/v1p1/orgs?limit=1&offset=0";
        try {
            boolean orgs = subject.upstream().<Boolean, RuntimeException>stream(
                    Operation.ROSTER,
                    url,
                    access.signer().apply(url),
                    findings.timeForACall(),
                    (body, headers) -> hasOrgs(body));
            if (orgs) {
                findings.ok(PAGE, "One page of orgs was read.");
            } else {
                findings.failed(
                        PAGE,
                        "The roster service answers without the collection orgs.",
                        "Check " + Setting.ROSTER_URL.quoted() + ": it ends before /ims/oneroster/v1p1.");
            }
        } catch (UpstreamFailure e) {
            findings.failed(
                    PAGE,
                    "A page of orgs can't be read: the " + e.getMessage() + ".",
                    "Ask the district whether it shares orgs with your app, or try again later.");
        }
    }

    /** A 200 without the collection is a failure, not an empty roster. No row data is kept. */
    private static boolean hasOrgs(InputStream body) throws IOException {
        try (JsonParser page = JSON.createParser(body)) {
            if (page.nextToken() != JsonToken.START_OBJECT) {
                return false;
            }
            while (page.nextToken() == JsonToken.FIELD_NAME) {
                boolean orgs = page.currentName().equals("orgs");
                if (page.nextToken() == JsonToken.START_ARRAY && orgs) {
                    return true;
                }
                page.skipChildren();
            }
            return false;
        }
    }
}
