package io.github.k12sso.classlink.oneroster.gateway;

import io.github.k12sso.classlink.http.Bulkheads;
import io.github.k12sso.classlink.http.UpstreamFailure;
import io.github.k12sso.classlink.oneroster.client.OneRosterClient;
import io.github.k12sso.classlink.oneroster.client.PageBuffer;
import io.github.k12sso.classlink.oneroster.client.PartnerKeyCredentials;
import io.github.k12sso.classlink.oneroster.client.RosterCredentials;
import io.github.k12sso.classlink.oneroster.client.RosterFailure;
import io.github.k12sso.classlink.oneroster.client.SourceMemberships;
import io.github.k12sso.classlink.oneroster.client.UserTokenCredentials;
import io.github.k12sso.classlink.oneroster.gateway.GatewayResource.RosterSettings;
import io.github.k12sso.classlink.oneroster.policy.Policy;
import io.github.k12sso.classlink.oneroster.policy.Policy.Decision;
import io.github.k12sso.classlink.oneroster.policy.RosterPageReader.Links;
import io.github.k12sso.classlink.oneroster.policy.RosterRequest;
import io.github.k12sso.classlink.settings.Setting.RosterMode;
import java.util.Optional;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.vault.VaultStringSecret;

/** The pages that one caller may read: out of the cache, or from the roster service as far as the policy allows. */
final class RosterPages {

    private final KeycloakSession session;
    private final RealmModel realm;
    private final RosterSettings settings;
    private final RosterCaller caller;
    private final String base;

    /** @param base the gateway's address for this district, for the links in rows */
    RosterPages(KeycloakSession session, RosterSettings settings, RosterCaller caller, String base) {
        this.session = session;
        this.realm = session.getContext().getRealm();
        this.settings = settings;
        this.caller = caller;
        this.base = base;
    }

    PageCache.Page read(RosterRequest request) throws RosterFailure {
        if (request.objectType().isRestricted()) {
            return ask(request);
        }
        String cacheKey = caller.districtKey() + " " + base + " " + request.link();
        Optional<PageCache.Page> cached = settings.state().pages().get(cacheKey);
        if (cached.isPresent()) {
            return cached.get();
        }
        PageCache.Page page = ask(request);
        settings.state().pages().put(cacheKey, caller.districtKey(), page);
        return page;
    }

    /** With a place for everything that this request waits for: the list of districts, memberships, pages, pauses. */
    private PageCache.Page ask(RosterRequest request) throws RosterFailure {
        Bulkheads.Place place;
        try {
            place = settings.upstream().enter(Bulkheads.Group.ROSTERS);
        } catch (UpstreamFailure.Unavailable e) {
            throw new RosterFailure(
                    RosterFailure.Reason.SOURCE_UNAVAILABLE,
                    "Too many roster requests of this server wait for ClassLink",
                    e.retryAfter().orElseThrow(),
                    e);
        }
        try {
            return decide(request);
        } finally {
            place.release();
        }
    }

    private PageCache.Page decide(RosterRequest request) throws RosterFailure {
        OneRosterClient client = new OneRosterClient(settings.upstream(), credentials(), new Links(base));
        Decision decision = Policy.decide(
                request,
                caller.inPolicy(),
                new SourceMemberships(client, settings.state().memberships(), caller.districtKey()));
        if (decision instanceof Decision.Refused refused) {
            throw new RosterFailure(
                    RosterFailure.Reason.REFUSED, refused.refusal().description());
        }
        return decision instanceof Decision.Allowed allowed
                ? read(request, client, allowed)
                : new PageCache.Page(body(request, new PageBuffer()), Optional.of("0"), false);
    }

    private PageCache.Page read(RosterRequest request, OneRosterClient client, Decision.Allowed allowed)
            throws RosterFailure {
        PageBuffer buffer = new PageBuffer();
        OneRosterClient.PageResult result = client.read(allowed.request(), allowed.rows(), buffer);
        result.revision().ifPresent(revision -> {
            if (settings.state().pages().noteRevision(caller.districtKey(), revision)) {
                settings.state().applications().forget(provider());
            }
        });
        if (request.isSingle() && buffer.rows() == 0) {
            throw new RosterFailure(RosterFailure.Reason.REFUSED, "This object is none that the person may read");
        }
        return new PageCache.Page(
                body(request, buffer),
                result.total().filter(count -> allowed.countable()),
                !request.isSingle() && result.rows() == request.limit());
    }

    private static byte[] body(RosterRequest request, PageBuffer rows) {
        String name = request.isSingle()
                ? request.objectType().singular()
                : request.objectType().plural();
        return rows.enclosed("{\"" + name + "\":" + (request.isSingle() ? "" : "["), request.isSingle() ? "}" : "]}");
    }

    private RosterCredentials credentials() throws RosterFailure {
        if (settings.mode() == RosterMode.USER_TOKEN) {
            return new UserTokenCredentials(settings.rosterUrl(), settings.tokens(), realm, caller.user());
        }
        return new PartnerKeyCredentials(
                settings.state().applications(),
                provider(),
                settings.upstream(),
                settings.rosterUrl(),
                partnerKey(),
                caller.tenant().value());
    }

    private String provider() {
        return realm.getId() + " " + settings.alias();
    }

    private String partnerKey() throws RosterFailure {
        try (VaultStringSecret secret =
                session.vault().getStringSecret(settings.partnerKey().orElse(null))) {
            return secret.get()
                    .map(String::strip)
                    .filter(key -> key.matches("[!-~]{1,4096}"))
                    .orElseThrow(() -> new RosterFailure(
                            RosterFailure.Reason.CONFIGURATION,
                            "Keycloak's vault has no partner key for this provider"));
        }
    }
}
