package io.github.k12sso.classlink.oneroster.gateway;

import io.github.k12sso.classlink.oneroster.policy.RosterRequest;
import jakarta.ws.rs.core.EntityTag;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;

/**
 * A page as an HTTP response: body, count, link to the next page, caching.
 *
 * <p>Not JAX-RS' {@code Request.evaluatePreconditions}: it compares tags strongly, and proxies that compress make them weak
 * ({@code W/"…"}); and it answers 412 to {@code If-Match}, which is no precondition of a read here.
 */
final class PageResponse {

    private final RosterRequest request;
    private final String base;
    private final Optional<String> ifNoneMatch;

    /**
     * The response to one request.
     *
     * @param base the gateway's address for this district
     * @param ifNoneMatch the request's header
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

    /** The next page first: some clients read one Link only. */
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
