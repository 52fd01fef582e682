package io.github.k12sso.classlink.oneroster.client;

import io.github.k12sso.classlink.http.UpstreamClient;
import io.github.k12sso.classlink.oneroster.client.Applications.Partner;
import java.util.Optional;

/** The partner's key lists the districts, and each district has a bearer of its own. */
public final class PartnerKeySource implements RosterSource {

    private final Applications applications;
    private final Partner partner;
    private final String tenantId;
    private Application current;

    /**
     * A way to one district.
     *
     * @param provider what the list of districts is kept by
     * @param key the partner's, out of Keycloak's vault
     */
    public PartnerKeySource(
            Applications applications,
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
    public Door open() throws RosterFailure {
        current = usable(applications.find(partner, tenantId));
        return door(current);
    }

    @Override
    public Optional<Door> reopen(Door refused) throws RosterFailure {
        Application now = usable(applications.findAnew(partner, current));
        if (now.bearer().equals(current.bearer())) {
            return Optional.empty();
        }
        current = now;
        return Optional.of(door(now));
    }

    @Override
    public RosterFailure closed() {
        return new RosterFailure(
                RosterProblem.DISTRICT_WITHDREW, "The district's bearer is refused: it seems to have withdrawn access");
    }

    private Door door(Application district) {
        return new Door(
                partner.rosterUrl() + "/" + district.id(), district.bearer().orElseThrow());
    }

    private static Application usable(Optional<Application> found) throws RosterFailure {
        Application district = found.orElseThrow(() -> new RosterFailure(
                RosterProblem.DISTRICT_UNKNOWN,
                "ClassLink does not list this district for the partner key: it has not added the app"));
        if (!district.enabled() || district.bearer().isEmpty()) {
            throw new RosterFailure(
                    RosterProblem.DISTRICT_DISABLED, "The district does not share its roster with the app now");
        }
        return district;
    }
}
