package io.github.k12sso.classlink.oneroster.gateway;

import io.github.k12sso.classlink.http.Measurement;
import io.github.k12sso.classlink.oneroster.client.OneRosterClient;
import io.github.k12sso.classlink.oneroster.client.PageBuffer;
import io.github.k12sso.classlink.oneroster.client.PartnerKeyCredentials;
import io.github.k12sso.classlink.oneroster.client.RosterCredentials;
import io.github.k12sso.classlink.oneroster.client.RosterFailure;
import io.github.k12sso.classlink.oneroster.client.RosterProblem;
import io.github.k12sso.classlink.oneroster.client.SourceMemberships;
import io.github.k12sso.classlink.oneroster.client.UserTokenCredentials;
import io.github.k12sso.classlink.oneroster.policy.Caller;
import io.github.k12sso.classlink.oneroster.policy.Decision;
import io.github.k12sso.classlink.oneroster.policy.InvalidRequest;
import io.github.k12sso.classlink.oneroster.policy.Links;
import io.github.k12sso.classlink.oneroster.policy.Policy;
import io.github.k12sso.classlink.oneroster.policy.RosterObjectType;
import io.github.k12sso.classlink.oneroster.policy.RosterRequest;
import io.github.k12sso.classlink.profile.TenantId;
import io.github.k12sso.classlink.settings.RosterMode;
import io.github.k12sso.classlink.vault.RecordedIdentity;
import io.github.k12sso.classlink.vault.TokenUnavailable;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.OPTIONS;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.EntityTag;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jboss.logging.Logger;
import org.keycloak.events.Details;
import org.keycloak.events.Errors;
import org.keycloak.events.EventBuilder;
import org.keycloak.events.EventType;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.RoleModel;
import org.keycloak.models.UserModel;
import org.keycloak.services.Urls;
import org.keycloak.services.cors.Cors;
import org.keycloak.services.managers.AuthenticationManager.AuthResult;
import org.keycloak.vault.VaultStringSecret;

/** {@code …/ims/oneroster/v1p1/…}: a OneRoster 1.1 service, for reading, behind Keycloak's access tokens. */
public final class GatewayResource {

    /** The realm role that opens whole districts; with {@code -<TenantId>}, that one. */
    public static final String ADMINISTRATOR = "roster-administrator";

    private static final Logger LOG = Logger.getLogger(GatewayResource.class);
    private static final String ROOT = "/ims/oneroster/v1p1/";

    private final KeycloakSession session;
    private final RosterSettings settings;
    private final Optional<String> tenantInUrl;
    private final RealmModel realm;
    private final Cors cors;
    private String pathPattern = "unknown";
    private RosterObjectType objectType;

    /**
     * The gateway of one provider.
     *
     * @param tenantInUrl the district, where the address names one
     */
    public GatewayResource(KeycloakSession session, RosterSettings settings, Optional<String> tenantInUrl) {
        this.session = session;
        this.settings = settings;
        this.tenantInUrl = tenantInUrl;
        this.realm = session.getContext().getRealm();
        this.cors = Cors.builder()
                .auth()
                .allowedMethods("GET", "HEAD", "OPTIONS")
                .exposedHeaders(
                        "X-Total-Count",
                        HttpHeaders.LINK,
                        HttpHeaders.ETAG,
                        HttpHeaders.RETRY_AFTER,
                        "X-RateLimit-Limit",
                        "X-RateLimit-Remaining");
    }

    /** For browsers: what another origin may ask is decided when it asks, by the client's web origins. */
    @OPTIONS
    @Path("{path:.*}")
    public Response preflight() {
        return cors.preflight().add(Response.ok());
    }

    /** Reads a collection or an object. */
    @GET
    @Path("{path:.*}")
    public Response read() {
        long start = System.nanoTime();
        Enum<?> outcome = Result.ANSWERED;
        EventBuilder event = new EventBuilder(
                        realm, session, session.getContext().getConnection())
                .event(EventType.PERMISSION_TOKEN)
                .detail(Details.IDENTITY_PROVIDER, settings.alias());
        try {
            return cors.add(answer(event));
        } catch (RosterFailure e) {
            outcome = e.problem();
            report(event, e);
            return cors.add(RosterError.answer(e));
        } catch (InvalidRequest e) {
            RosterFailure failure = new RosterFailure(
                    e.isUnknownPath() ? RosterProblem.UNKNOWN_PATH : RosterProblem.INVALID_QUERY, e.getMessage());
            outcome = failure.problem();
            return cors.add(RosterError.answer(e.codeMinor(), failure));
        } catch (WebApplicationException e) {
            outcome = RosterProblem.REFUSED; // an origin that the client does not have
            throw e;
        } catch (RuntimeException e) {
            outcome = RosterProblem.UNEXPECTED;
            LOG.errorf(
                    "A roster request failed unexpectedly: %s. %s", e.getClass().getName(), where());
            LOG.debug("A roster request failed unexpectedly", e);
            return cors.add(RosterError.answer(
                    new RosterFailure(RosterProblem.UNEXPECTED, "This server failed. Its log says where")));
        } finally {
            Measurement.ROSTER_REQUESTS.record(
                    Duration.ofNanos(System.nanoTime() - start),
                    objectType == null ? Result.NONE : objectType,
                    outcome);
        }
    }

    private enum Result {
        ANSWERED,
        NONE
    }

    private Response.ResponseBuilder answer(EventBuilder event) throws RosterFailure, InvalidRequest {
        if (!settings.enabled() || settings.mode() == RosterMode.OFF) {
            throw new RosterFailure(RosterProblem.ROSTER_OFF, "Rosters are switched off for this provider");
        }
        AuthResult caller = RosterBearer.verify(session);
        event.client(caller.client())
                .user(caller.user())
                .detail(Details.USERNAME, caller.user().getUsername());
        cors.checkAllowedOrigins(session, caller.client());
        RosterLimits limits = settings.state().limits();
        String client = realm.getId() + " " + caller.client().getClientId();
        RosterLimits.Minute minute = limits.count(client, settings.requestsPerMinute());
        RosterBearer.requireScope(caller, settings.scope());
        RosterRequest request =
                RosterRequest.parse(segments(), session.getContext().getUri().getQueryParameters());
        objectType = request.objectType();
        pathPattern = request.pathPattern();
        District district = district(caller.user());
        String key =
                realm.getId() + " " + settings.alias() + " " + district.tenant().value();
        RosterLimits.Permit permit = limits.acquire(client, key);
        try {
            return new Answering(caller.user(), district, key, request)
                    .answer()
                    .header("X-RateLimit-Limit", minute.limit())
                    .header("X-RateLimit-Remaining", minute.remaining());
        } finally {
            permit.release();
        }
    }

    /** Decoded once, and only after the path was taken apart: an id may contain a slash. */
    private List<String> segments() throws InvalidRequest {
        String path = session.getContext().getUri().getRequestUri().getRawPath();
        String below = path.substring(path.indexOf(ROOT) + ROOT.length());
        try {
            return Arrays.stream(below.split("/", -1))
                    .map(segment -> URLDecoder.decode(segment.replace("+", "%2B"), StandardCharsets.UTF_8))
                    .toList();
        } catch (IllegalArgumentException e) {
            return List.of(); // no path that there is
        }
    }

    // ---- who, and which district -----------------------------------------------------------------------------------

    private record District(TenantId tenant, Caller reader) {}

    private District district(UserModel user) throws RosterFailure {
        Optional<RecordedIdentity> identity = Optional.empty();
        RosterFailure unlinked = null;
        try {
            identity = settings.vault().find(realm, user).record().identity();
        } catch (TokenUnavailable e) {
            unlinked = UserTokenCredentials.failure(e);
        }
        Optional<TenantId> own = identity.flatMap(RecordedIdentity::tenantId);
        if (tenantInUrl.isEmpty() && own.isEmpty()) {
            throw unlinked != null
                    ? unlinked
                    : new RosterFailure(
                            RosterProblem.DISTRICT_MISSING,
                            "ClassLink named no district at this person's last login. They may have to log in again");
        }
        Optional<TenantId> asked = tenantInUrl.isPresent() ? TenantId.of(tenantInUrl.get()) : own;
        boolean isOwn = asked.isPresent() && asked.equals(own);
        boolean administrator = asked.isPresent()
                && (has(user, ADMINISTRATOR)
                        || has(user, ADMINISTRATOR + "-" + asked.get().value()));
        if (asked.isEmpty()
                || !(isOwn || administrator)
                || !settings.allowedTenants().admits(asked.get())) {
            throw new RosterFailure(
                    RosterProblem.OTHER_DISTRICT,
                    "Another district's roster is for the Keycloak role " + ADMINISTRATOR + " only");
        }
        if (settings.mode() == RosterMode.USER_TOKEN && !isOwn) {
            throw new RosterFailure(
                    RosterProblem.OTHER_DISTRICT,
                    "With the roster access user-token, people read their own district and no other");
        }
        return new District(
                asked.get(),
                administrator
                        ? Caller.ofAdministrator()
                        : Caller.ofPerson(
                                identity.flatMap(RecordedIdentity::sourcedId).map(Object::toString),
                                identity.map(RecordedIdentity::roles).orElse(List.of())));
    }

    private boolean has(UserModel user, String name) {
        RoleModel role = realm.getRole(name);
        return role != null && user.hasRole(role);
    }

    // ---- one request that may be asked -----------------------------------------------------------------------------

    private final class Answering {

        private final UserModel user;
        private final District district;
        private final String key;
        private final RosterRequest request;
        private final String base;

        private Answering(UserModel user, District district, String key, RosterRequest request) {
            this.user = user;
            this.district = district;
            this.key = key;
            this.request = request;
            this.base = Urls.realmBase(session.getContext().getUri().getBaseUri())
                            .path("{realm}/classlink/{alias}")
                            .build(realm.getName(), settings.alias())
                    + tenantInUrl
                            .map(tenant -> "/tenants/" + RosterRequest.encode(tenant))
                            .orElse("")
                    + "/ims/oneroster/v1p1";
        }

        private Response.ResponseBuilder answer() throws RosterFailure {
            boolean forEverybody = !request.objectType().isRestricted();
            String cacheKey = key + " " + base + " " + request.link();
            if (forEverybody) {
                Optional<PageCache.Page> known = settings.state().pages().get(cacheKey);
                if (known.isPresent()) {
                    return response(known.get());
                }
            }
            OneRosterClient client = new OneRosterClient(settings.upstream(), source(), new Links(base));
            Decision decision = Policy.decide(
                    request,
                    district.reader(),
                    new SourceMemberships(client, settings.state().memberships(), key));
            if (decision instanceof Decision.Refused refused) {
                throw new RosterFailure(RosterProblem.REFUSED, refused.refusal().description());
            }
            PageCache.Page page = decision instanceof Decision.Allowed allowed
                    ? read(client, allowed)
                    : new PageCache.Page(body(new PageBuffer()), Optional.of("0"), false);
            if (forEverybody) {
                settings.state().pages().put(cacheKey, key, page);
            }
            return response(page);
        }

        private PageCache.Page read(OneRosterClient client, Decision.Allowed allowed) throws RosterFailure {
            PageBuffer buffer = new PageBuffer();
            OneRosterClient.PageResult result = client.read(allowed.request(), allowed.rows(), buffer);
            result.revision().ifPresent(revision -> {
                if (settings.state().pages().noteRevision(key, revision)) {
                    settings.state().applications().forget(provider());
                }
            });
            if (request.isSingle() && buffer.rows() == 0) {
                throw new RosterFailure(RosterProblem.REFUSED, "This object is none that the person may read");
            }
            return new PageCache.Page(
                    body(buffer),
                    result.total().filter(count -> allowed.countable()),
                    !request.isSingle() && result.rows() == request.limit());
        }

        private String provider() {
            return realm.getId() + " " + settings.alias();
        }

        private RosterCredentials source() throws RosterFailure {
            if (settings.mode() == RosterMode.USER_TOKEN) {
                return new UserTokenCredentials(settings.rosterUrl(), settings.tokens(), realm, user);
            }
            return new PartnerKeyCredentials(
                    settings.state().applications(),
                    provider(),
                    settings.upstream(),
                    settings.rosterUrl(),
                    partnerKey(),
                    district.tenant().value());
        }

        private String partnerKey() throws RosterFailure {
            try (VaultStringSecret secret =
                    session.vault().getStringSecret(settings.partnerKey().orElse(null))) {
                return secret.get()
                        .map(String::strip)
                        .filter(key -> key.matches("[!-~]{1,4096}"))
                        .orElseThrow(() -> new RosterFailure(
                                RosterProblem.CONFIGURATION, "Keycloak's vault has no partner key for this provider"));
            }
        }

        private byte[] body(PageBuffer rows) {
            String name = request.isSingle()
                    ? request.objectType().singular()
                    : request.objectType().plural();
            return rows.enclosed(
                    "{\"" + name + "\":" + (request.isSingle() ? "" : "["), request.isSingle() ? "}" : "]}");
        }

        private Response.ResponseBuilder response(PageCache.Page page) {
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
            if (page.full()) {
                response.header(
                        HttpHeaders.LINK,
                        "<" + base
                                + request.page(request.offset() + request.limit(), request.limit())
                                        .link() + ">; rel=\"next\"");
            }
            return response;
        }

        private boolean isKnown(EntityTag tag) {
            String header =
                    session.getContext().getHttpRequest().getHttpHeaders().getHeaderString(HttpHeaders.IF_NONE_MATCH);
            return header != null
                    && Arrays.stream(header.split(",", -1))
                            .map(String::strip)
                            .map(text -> text.startsWith("W/") ? text.substring(2) : text)
                            .anyMatch(text -> text.equals("*") || text.equals("\"" + tag.getValue() + "\""));
        }
    }

    private static EntityTag tag(byte[] body) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(body);
            return new EntityTag(Base64.getUrlEncoder().withoutPadding().encodeToString(Arrays.copyOf(hash, 16)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Every Java has SHA-256", e);
        }
    }

    // ---- what others get to know -----------------------------------------------------------------------------------

    /** An event where somebody asked for what they may not have; a line where something does not work. */
    private void report(EventBuilder event, RosterFailure failure) {
        String reason = failure.problem().name().toLowerCase(Locale.ROOT);
        switch (RosterError.status(failure.problem())) {
            case 401 -> event.detail(Details.REASON, reason).error(Errors.INVALID_TOKEN);
            case 403 ->
                event.detail(Details.REASON, reason)
                        .detail("classlink_roster", pathPattern)
                        .error(Errors.ACCESS_DENIED);
            case 404, 400 -> {
                // The app's own business, and it was told.
            }
            default -> LOG.warnf("A roster request failed. reason=%s: %s. %s", reason, failure.getMessage(), where());
        }
    }

    private String where() {
        return "realm=" + realm.getName() + ", provider=" + settings.alias() + ", path=" + pathPattern;
    }
}
