package io.github.k12sso.classlink.oneroster.client;

import io.github.k12sso.classlink.http.UpstreamClient;
import io.github.k12sso.classlink.oneroster.client.PartnerApplications.Partner;
import java.util.Optional;

/** The partner's key lists the districts, and each district has a bearer of its own. */
public final class PartnerKeyCredentials implements RosterCredentials {

    private final PartnerApplications applications;
    private final Partner partner;
    private final String tenantId;
    private PartnerApplications.Application current;

    /**
     * The credentials for one district.
     *
     * @param provider what the list of districts is kept by
     * @param key the partner's, out of Keycloak's vault
     */
    public PartnerKeyCredentials(
            PartnerApplications applications,
            String provider,
            UpstreamClient upstream,
            String rosterUrl,
            String key,
            String tenantId) {
        this.applications = applications;
        this.partner = new Partner(provider, upstream, rosterUrl, key);
        this.tenantId = tenantId;
    }

    @Override
    public RosterCredentials.Access current() throws RosterFailure {
        current = usable(applications.find(partner, tenantId));
        return access(current);
    }

    @Override
    public Optional<RosterCredentials.Access> replace(RosterCredentials.Access rejected) throws RosterFailure {
        PartnerApplications.Application now = usable(applications.findAnew(partner, current));
        if (now.bearer().equals(current.bearer())) {
            return Optional.empty();
        }
        current = now;
        return Optional.of(access(now));
    }

    @Override
    public RosterFailure rejection() {
        return new RosterFailure(
                RosterFailure.Reason.DISTRICT_WITHDREW,
                "The district's bearer is refused: it seems to have withdrawn access");
    }

    private RosterCredentials.Access access(PartnerApplications.Application district) {
        return RosterCredentials.Access.withBearer(
                partner.rosterUrl() + "/" + district.id(), district.bearer().orElseThrow());
    }

    private static PartnerApplications.Application usable(Optional<PartnerApplications.Application> found)
            throws RosterFailure {
        PartnerApplications.Application district = found.orElseThrow(() -> new RosterFailure(
                RosterFailure.Reason.DISTRICT_UNKNOWN,
                "ClassLink does not list this district for the partner key: it has not added the app"));
        if (!district.enabled() || district.bearer().isEmpty()) {
            throw new RosterFailure(
                    RosterFailure.Reason.DISTRICT_DISABLED, "The district does not share its roster with the app now");
        }
        return district;
    }
}
