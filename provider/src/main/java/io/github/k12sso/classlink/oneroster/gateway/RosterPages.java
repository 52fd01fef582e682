package io.github.k12sso.classlink.oneroster.gateway;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.k12sso.classlink.oneroster.client.OneRosterClient;
import io.github.k12sso.classlink.oneroster.client.PageBuffer;
import io.github.k12sso.classlink.oneroster.client.PartnerKeyCredentials;
import io.github.k12sso.classlink.oneroster.client.RosterCredentials;
import io.github.k12sso.classlink.oneroster.client.RosterFailure;
import io.github.k12sso.classlink.oneroster.client.RosterWays;
import io.github.k12sso.classlink.oneroster.client.SourceLists;
import io.github.k12sso.classlink.oneroster.client.SourceMemberships;
import io.github.k12sso.classlink.oneroster.client.UserTokenCredentials;
import io.github.k12sso.classlink.oneroster.gateway.GatewayResource.RosterSettings;
import io.github.k12sso.classlink.oneroster.policy.Policy;
import io.github.k12sso.classlink.oneroster.policy.Policy.Decision;
import io.github.k12sso.classlink.oneroster.policy.RosterPageReader;
import io.github.k12sso.classlink.oneroster.policy.RosterPageReader.Links;
import io.github.k12sso.classlink.oneroster.policy.RosterRequest;
import io.github.k12sso.classlink.settings.Setting.RosterMode;
import java.util.Optional;
import java.util.function.Consumer;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.models.RealmModel;
import org.keycloak.models.utils.KeycloakModelUtils;
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
            return decide(request);
        }
        String cacheKey =
                caller.districtKey() + " " + caller.inPolicy().administrator() + " " + base + " " + request.link();
        Optional<PageCache.Page> cached = settings.state().pages().get(cacheKey);
        if (cached.isPresent()) {
            return cached.get();
        }
        PageCache.Page page = decide(request);
        settings.state().pages().put(cacheKey, caller.districtKey(), page);
        return page;
    }

    private PageCache.Page decide(RosterRequest request) throws RosterFailure {
        OneRosterClient client = new OneRosterClient(settings.upstream(), credentials(), new Links(base));
        Decision decision = Policy.decide(request, caller.inPolicy(), memberships(client));
        if (decision instanceof Decision.Refused refused) {
            throw new RosterFailure(
                    RosterFailure.Reason.REFUSED, refused.refusal().description());
        }
        if (decision instanceof Decision.Visible visible) {
            PageBuffer buffer = new PageBuffer();
            Links links = new Links(base);
            for (ObjectNode row : visible.rows()) {
                RosterPageReader.rewrite(row, links);
                buffer.add(row);
            }
            return PageCache.Page.counted(body(request, buffer), visible.total());
        }
        return passedOn(request, client, ((Decision.Allowed) decision).rows());
    }

    /** Nobody else gets what is kept of this person's rows. */
    private SourceMemberships memberships(OneRosterClient client) {
        String person = caller.districtKey() + " " + caller.user().getId();
        SourceLists lists = new SourceLists(source(client), settings.state().lists(), person);
        return new SourceMemberships(new RosterWays(lists, settings.state().lacking(), caller.districtKey()));
    }

    /** Other threads get a session of their own: this request's belongs to this thread. */
    private SourceLists.Source source(OneRosterClient client) {
        KeycloakSessionFactory factory = session.getKeycloakSessionFactory();
        return new SourceLists.Source() {
            @Override
            public OneRosterClient.PageResult read(RosterRequest request, Policy.RowRule rows) throws RosterFailure {
                return client.read(request, rows, new PageBuffer());
            }

            @Override
            public Runnable elsewhere(Consumer<SourceLists.Source> work) throws RosterFailure {
                OneRosterClient.Fork fork = client.fork();
                return () -> KeycloakModelUtils.runJobInTransaction(
                        factory,
                        other -> work.accept(source(fork.in(settings.upstream().in(other), new Links(base)))));
            }
        };
    }

    private PageCache.Page passedOn(RosterRequest request, OneRosterClient client, Policy.RowRule rows)
            throws RosterFailure {
        PageBuffer buffer = new PageBuffer();
        OneRosterClient.PageResult result = client.read(request, rows, buffer);
        result.revision().ifPresent(revision -> {
            if (settings.state().pages().noteRevision(caller.districtKey(), revision)) {
                settings.state().applications().forget(provider());
            }
        });
        return new PageCache.Page(
                body(request, buffer), result.total(), !request.isSingle() && result.rows() == request.limit());
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
