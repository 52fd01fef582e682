package io.github.k12sso.classlink.oneroster.gateway;

import io.github.k12sso.classlink.oneroster.client.OneRosterClient;
import io.github.k12sso.classlink.oneroster.client.PageBuffer;
import io.github.k12sso.classlink.oneroster.client.RosterFailure;
import io.github.k12sso.classlink.oneroster.client.SourceMemberships;
import io.github.k12sso.classlink.oneroster.gateway.GatewayResource.RosterSettings;
import io.github.k12sso.classlink.oneroster.policy.Policy;
import io.github.k12sso.classlink.oneroster.policy.Policy.Decision;
import io.github.k12sso.classlink.oneroster.policy.RosterPageReader.Links;
import io.github.k12sso.classlink.oneroster.policy.RosterRequest;
import java.util.Optional;
import org.keycloak.models.KeycloakSession;

/** The pages that one caller may read: out of the cache, or from the roster service as far as the policy allows. */
final class RosterPages {

    private final RosterSettings settings;
    private final RosterCaller caller;
    private final RosterState.Source source;
    private final String base;

    /**
     * The pages of one caller.
     *
     * @param base the gateway's address for this district, for the links in rows
     * @throws RosterFailure if there are no credentials for the roster
     */
    RosterPages(KeycloakSession session, RosterSettings settings, RosterCaller caller, String base)
            throws RosterFailure {
        this.settings = settings;
        this.caller = caller;
        this.source = RosterState.Source.of(session, settings, caller);
        this.base = base;
    }

    PageCache.Page read(RosterRequest request) throws RosterFailure {
        if (request.objectType().isRestricted()) {
            return decide(request);
        }
        String reader = caller.inPolicy().administrator() ? "administrator" : "person";
        String cacheKey = source.district() + " " + reader + " " + base + " " + request.link();
        Optional<PageCache.Page> cached = settings.state().pages().get(cacheKey);
        if (cached.isPresent()) {
            return cached.get();
        }
        PageCache.Page page = decide(request);
        settings.state().pages().put(cacheKey, source.district(), page);
        return page;
    }

    private PageCache.Page decide(RosterRequest request) throws RosterFailure {
        OneRosterClient client = new OneRosterClient(settings.upstream(), source.credentials(), new Links(base));
        Decision decision = Policy.decide(
                request,
                caller.inPolicy(),
                new SourceMemberships(client, settings.state().memberships(), source.district()));
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
            if (settings.state().pages().noteRevision(source.district(), revision)) {
                settings.state().applications().forget(source.partner());
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
}
