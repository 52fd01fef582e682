package io.github.k12sso.classlink.oneroster.gateway;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.k12sso.classlink.http.Bulkheads;
import io.github.k12sso.classlink.http.UpstreamFailure;
import io.github.k12sso.classlink.oneroster.client.OneRosterClient;
import io.github.k12sso.classlink.oneroster.client.PageBuffer;
import io.github.k12sso.classlink.oneroster.client.RosterCredentials;
import io.github.k12sso.classlink.oneroster.client.RosterFailure;
import io.github.k12sso.classlink.oneroster.client.RosterWays;
import io.github.k12sso.classlink.oneroster.client.SourceLists;
import io.github.k12sso.classlink.oneroster.client.SourceMemberships;
import io.github.k12sso.classlink.oneroster.gateway.RosterState.RosterSettings;
import io.github.k12sso.classlink.oneroster.policy.Policy;
import io.github.k12sso.classlink.oneroster.policy.Policy.Decision;
import io.github.k12sso.classlink.oneroster.policy.RosterPageReader;
import io.github.k12sso.classlink.oneroster.policy.RosterRequest;
import io.github.k12sso.classlink.oneroster.policy.RosterRequest.Links;
import jakarta.ws.rs.core.EntityTag;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;
import org.keycloak.models.KeycloakSession;

/** Returns pages for one caller, from the cache or from the roster service, according to the policy. */
final class RosterPages {

    private final KeycloakSession session;
    private final RosterSettings settings;
    private final RosterCaller caller;
    private final RosterState.Source source;
    private final String base;

    /**
     * Creates the pages for one caller.
     *
     * @param base the gateway's URL for this district, for links in rows
     * @throws RosterFailure if there are no credentials for the roster
     */
    RosterPages(KeycloakSession session, RosterSettings settings, RosterCaller caller, String base)
            throws RosterFailure {
        this.session = session;
        this.settings = settings;
        this.caller = caller;
        this.source = RosterState.Source.of(
                session,
                settings,
                caller.tenant(),
                () -> new RosterCredentials.UserToken(
                        settings.rosterUrl(),
                        settings.tokens(),
                        session.getContext().getRealm(),
                        caller.user()),
                OneRosterClient.TOTAL);
        this.base = base;
    }

    PageCache.Page read(RosterRequest request) throws RosterFailure {
        if (request.objectType().isRestricted()) {
            return ask(request);
        }
        String reader = caller.inPolicy().administrator() ? "administrator" : "person";
        String cacheKey = source.district() + " " + reader + " " + base + " " + request.link();
        Optional<PageCache.Page> cached = settings.state().pages().get(cacheKey);
        if (cached.isPresent()) {
            return cached.get();
        }
        PageCache.Page page = ask(request);
        settings.state().pages().put(cacheKey, source.district(), page);
        return page;
    }

    /** Acquires one permit for all calls of this request: list of districts, memberships, pages and pauses. */
    private PageCache.Page ask(RosterRequest request) throws RosterFailure {
        try (Bulkheads.Place place = settings.upstream().enter(Bulkheads.Group.ROSTERS)) {
            return decide(request);
        } catch (UpstreamFailure.Unavailable e) {
            throw new RosterFailure(
                    RosterFailure.Reason.SOURCE_UNAVAILABLE,
                    "Too many roster requests on this server are waiting for ClassLink",
                    e.retryAfter().orElseThrow(),
                    e);
        }
    }

    private PageCache.Page decide(RosterRequest request) throws RosterFailure {
        OneRosterClient client = new OneRosterClient(
                settings.upstream(),
                source.credentials(),
                new Links(base),
                settings.state().silences().of(source.partner() + " " + caller.tenant()),
                OneRosterClient.TOTAL);
        Decision decision = Policy.decide(request, caller.inPolicy(), memberships(client));
        if (decision instanceof Decision.Refused refused) {
            throw new RosterFailure(
                    RosterFailure.Reason.REFUSED, refused.refusal().description());
        }
        if (decision instanceof Decision.Visible visible) {
            try (PageBuffer buffer = new PageBuffer()) {
                Links links = new Links(base);
                for (ObjectNode row : visible.rows()) {
                    RosterPageReader.rewrite(row, links);
                    buffer.add(row);
                }
                return PageCache.Page.counted(body(request, buffer), visible.total());
            } catch (PageBuffer.TooLarge e) {
                throw e.failure();
            }
        }
        try (PageBuffer buffer = new PageBuffer()) {
            return page(request, client.read(request, ((Decision.Allowed) decision).rows(), buffer), buffer);
        }
    }

    /** Uses a cache key that includes the user, so other users never get these rows. */
    private SourceMemberships memberships(OneRosterClient client) {
        String person = source.district() + " " + caller.user().getId();
        SourceLists lists = new SourceLists(
                client.reader(session.getKeycloakSessionFactory(), () -> new Links(base)),
                settings.state().lists(),
                person);
        return new SourceMemberships(
                new RosterWays(lists, settings.state().support(), source.partner() + " " + caller.tenant()));
    }

    private PageCache.Page page(RosterRequest request, OneRosterClient.PageResult result, PageBuffer buffer)
            throws RosterFailure {
        result.revision().ifPresent(revision -> {
            if (settings.state().pages().noteRevision(source.district(), revision)) {
                settings.state().applications().forget(source.partner());
            }
        });
        return new PageCache.Page(
                body(request, buffer),
                result.total(),
                result.more(),
                result.revision(),
                result.counted() ? Optional.of(buffer.rows()) : Optional.empty());
    }

    private static byte[] body(RosterRequest request, PageBuffer rows) {
        String name = request.isSingle()
                ? request.objectType().singular()
                : request.objectType().plural();
        return rows.enclosed("{\"" + name + "\":" + (request.isSingle() ? "" : "["), request.isSingle() ? "}" : "]}");
    }

    /**
     * Builds the HTTP response for a page: body, counts, links and caching headers.
     *
     * <p>JAX-RS' {@code Request.evaluatePreconditions} is not used: it compares ETags strongly, but compressing proxies
     * make them weak ({@code W/"…"}), and it returns 412 for {@code If-Match}, which does not apply to reads.
     */
    static final class PageResponse {

        private final RosterRequest request;
        private final String base;
        private final Optional<String> ifNoneMatch;

        /**
         * Creates the builder for one request.
         *
         * @param base the gateway's address for this district
         * @param ifNoneMatch the request header
         */
        PageResponse(RosterRequest request, String base, Optional<String> ifNoneMatch) {
            this.request = request;
            this.base = base;
            this.ifNoneMatch = ifNoneMatch;
        }

        Response.ResponseBuilder of(PageCache.Page page) {
            Response.ResponseBuilder response;
            if (request.objectType().isRestricted()) {
                response = Response.ok(page.body()).header(HttpHeaders.CACHE_CONTROL, "no-store");
            } else {
                EntityTag tag = tag(page.body());
                response = isKnown(tag) ? Response.notModified() : Response.ok(page.body());
                response.tag(tag)
                        .header(HttpHeaders.CACHE_CONTROL, "private, max-age=" + PageCache.TTL.toSeconds())
                        .header(HttpHeaders.VARY, HttpHeaders.AUTHORIZATION);
            }
            response.type(MediaType.APPLICATION_JSON_TYPE);
            page.total().ifPresent(total -> response.header("X-Total-Count", total));
            page.count().ifPresent(count -> response.header("X-Count", count));
            page.revision().ifPresent(revision -> response.header("X-Perm-Rev", revision));
            if (page.full()) {
                link(response, "next", request.offset() + request.limit());
            }
            if (!request.isSingle()) {
                page.counted().ifPresent(total -> links(response, total));
            }
            return response;
        }

        /** Adds the next page first, because some clients read only one Link header. */
        private void links(Response.ResponseBuilder response, long total) {
            int limit = request.limit();
            if (request.offset() + limit < total) {
                link(response, "next", request.offset() + limit);
            }
            link(response, "last", Math.max(0, (total - 1) / limit * limit));
            link(response, "first", 0);
            if (request.offset() > 0) {
                link(response, "prev", Math.max(0, Math.min(request.offset(), total) - limit));
            }
        }

        private void link(Response.ResponseBuilder response, String rel, long offset) {
            String page = request.page(offset, request.limit()).link();
            response.header(HttpHeaders.LINK, "<" + base + page + ">; rel=\"" + rel + "\"");
        }

        private boolean isKnown(EntityTag tag) {
            return ifNoneMatch
                    .filter(header -> Arrays.stream(header.split(",", -1))
                            .map(String::strip)
                            .map(text -> text.startsWith("W/") ? text.substring(2) : text)
                            .anyMatch(text -> text.equals("*") || text.equals("\"" + tag.getValue() + "\"")))
                    .isPresent();
        }

        private static EntityTag tag(byte[] body) {
            try {
                byte[] hash = MessageDigest.getInstance("SHA-256").digest(body);
                return new EntityTag(Base64.getUrlEncoder().withoutPadding().encodeToString(Arrays.copyOf(hash, 16)));
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException("Every Java has SHA-256", e);
            }
        }
    }
}
