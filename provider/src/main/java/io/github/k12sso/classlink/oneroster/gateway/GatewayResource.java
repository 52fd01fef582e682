package io.github.k12sso.classlink.oneroster.gateway;

import io.github.k12sso.classlink.http.MeasuredSeries;
import io.github.k12sso.classlink.http.Measurement;
import io.github.k12sso.classlink.oneroster.client.RosterFailure;
import io.github.k12sso.classlink.oneroster.gateway.RosterPages.PageResponse;
import io.github.k12sso.classlink.oneroster.gateway.RosterState.RosterSettings;
import io.github.k12sso.classlink.oneroster.policy.RosterObjectType;
import io.github.k12sso.classlink.oneroster.policy.RosterRequest;
import io.github.k12sso.classlink.oneroster.policy.RosterRequest.InvalidRequest;
import io.github.k12sso.classlink.settings.Setting.RosterMode;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.OPTIONS;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jboss.logging.Logger;
import org.keycloak.events.Details;
import org.keycloak.events.Errors;
import org.keycloak.events.EventBuilder;
import org.keycloak.events.EventType;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.services.Urls;
import org.keycloak.services.cors.Cors;
import org.keycloak.services.managers.AuthenticationManager.AuthResult;

/** {@code …/ims/oneroster/v1p1/…}: a read-only OneRoster 1.1 API, authorized with Keycloak access tokens. */
public final class GatewayResource {

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
     * Creates the gateway of one provider.
     *
     * @param tenantInUrl the district, if the URL has one
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
                        "X-Count",
                        "X-Perm-Rev",
                        HttpHeaders.LINK,
                        HttpHeaders.ETAG,
                        HttpHeaders.RETRY_AFTER,
                        "X-RateLimit-Limit",
                        "X-RateLimit-Remaining");
    }

    /** Answers CORS preflight requests. The client's web origins are checked with the actual request. */
    @OPTIONS
    @Path("{path:.*}")
    public Response preflight() {
        Response answer = cors.preflight().add(Response.ok());
        if (header(Cors.ORIGIN_HEADER).isPresent()) {
            // A second header line, because Keycloak's list does not include these headers.
            session.getContext()
                    .getHttpResponse()
                    .addHeader(Cors.ACCESS_CONTROL_ALLOW_HEADERS, HttpHeaders.IF_NONE_MATCH);
        }
        return answer;
    }

    /** Returns the error for a path outside the OneRoster 1.1 API. */
    public static Response unknownRoot() {
        return RosterError.answer(new RosterFailure(
                        RosterFailure.Reason.UNKNOWN_PATH,
                        "This path does not exist. The roster API is OneRoster 1.1, at …" + ROOT))
                .build();
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
            outcome = e.reason();
            report(event, e);
            return cors.add(RosterError.answer(e));
        } catch (InvalidRequest e) {
            RosterFailure failure = new RosterFailure(
                    e.isUnknownPath() ? RosterFailure.Reason.UNKNOWN_PATH : RosterFailure.Reason.INVALID_QUERY,
                    e.getMessage());
            outcome = failure.reason();
            return cors.add(RosterError.answer(e.codeMinor(), failure));
        } catch (WebApplicationException e) {
            outcome = RosterFailure.Reason.REFUSED; // the origin is not one of the client's web origins
            throw e;
        } catch (RuntimeException e) {
            outcome = RosterFailure.Reason.UNEXPECTED;
            LOG.errorf(
                    "A roster request failed unexpectedly: %s. %s", e.getClass().getName(), where());
            LOG.debug("A roster request failed unexpectedly", e);
            return cors.add(RosterError.answer(
                    new RosterFailure(RosterFailure.Reason.UNEXPECTED, "Internal error: see the Keycloak server log")));
        } finally {
            Measurement.ROSTER_OUTCOMES.count(realm, outcome);
            Measurement.ROSTER_REQUESTS.record(
                    Duration.ofNanos(System.nanoTime() - start),
                    objectType == null ? Result.NONE : objectType,
                    outcome);
        }
    }

    /** Outcomes in addition to the reasons, for the metrics. */
    private enum Result {
        ANSWERED,
        NONE;

        private static final Result[] ANSWER = {ANSWERED};
        private static final Result[] NO_OBJECT = {NONE};
    }

    static void declareSeries() {
        // Every object and every reason, but not every combination, because each has ten series.
        MeasuredSeries.declare(Measurement.ROSTER_REQUESTS, RosterObjectType.values(), Result.ANSWER);
        MeasuredSeries.declare(Measurement.ROSTER_REQUESTS, Result.NO_OBJECT, RosterFailure.Reason.values());
        MeasuredSeries.declare(Measurement.ROSTER_OUTCOMES, Result.ANSWER);
        MeasuredSeries.declare(Measurement.ROSTER_OUTCOMES, RosterFailure.Reason.values());
    }

    private Response.ResponseBuilder answer(EventBuilder event) throws RosterFailure, InvalidRequest {
        if (!settings.enabled() || settings.mode() == RosterMode.OFF) {
            throw new RosterFailure(RosterFailure.Reason.ROSTER_OFF, "The roster API is disabled for this provider");
        }
        RosterCaller.requireEnabledRealm(session);
        AuthResult bearer = RosterCaller.verify(session);
        event.client(bearer.client())
                .user(bearer.user())
                .detail(Details.USERNAME, bearer.user().getUsername());
        cors.checkAllowedOrigins(session, bearer.client());
        RosterCaller.requireNoImpersonation(bearer, event);
        RosterCaller.requireScope(bearer, settings.scope());
        RosterLimits limits = settings.state().limits();
        RosterLimits.Requester requester = requester(bearer);
        RosterLimits.Minute minute = limits.count(requester, settings.requestsPerMinute());
        RosterRequest request = RosterRequest.parse(segments(), parameters());
        objectType = request.objectType();
        pathPattern = request.pathPattern();
        RosterCaller caller = RosterCaller.of(session, settings, bearer, tenantInUrl);
        RosterLimits.Permit permit =
                limits.acquire(realm.getId() + " " + settings.alias(), requester, caller.district());
        try {
            String base = base();
            PageCache.Page page = new RosterPages(session, settings, caller, base).read(request);
            return new PageResponse(request, base, header(HttpHeaders.IF_NONE_MATCH))
                    .of(page)
                    .header("X-RateLimit-Limit", minute.limit())
                    .header("X-RateLimit-Remaining", minute.remaining());
        } finally {
            permit.release();
        }
    }

    private RosterLimits.Requester requester(AuthResult bearer) {
        return new RosterLimits.Requester(
                realm,
                realm.getId() + " " + bearer.client().getId(),
                bearer.user().getId(),
                bearer.user().getServiceAccountClientLink() != null);
    }

    /** Splits the path before decoding each segment once, because an ID can contain a slash. */
    private List<String> segments() throws InvalidRequest {
        String path = session.getContext().getUri().getRequestUri().getRawPath();
        int root = path.indexOf(ROOT);
        String below = root < 0 ? "" : path.substring(root + ROOT.length());
        try {
            return Arrays.stream(below.split("/", -1))
                    .map(segment -> URLDecoder.decode(segment.replace("+", "%2B"), StandardCharsets.UTF_8))
                    .toList();
        } catch (IllegalArgumentException e) {
            return List.of(); // not a valid path
        }
    }

    /**
     * Parses the query. Keycloak's parser, up to 26.8.0, also splits at a semicolon, which a filter value can contain.
     */
    private Map<String, List<String>> parameters() throws InvalidRequest {
        String query = session.getContext().getUri().getRequestUri().getRawQuery();
        Map<String, List<String>> parameters = new HashMap<>();
        try {
            for (String pair : query == null ? new String[0] : query.split("&")) {
                String[] parts = pair.split("=", 2);
                parameters
                        .computeIfAbsent(URLDecoder.decode(parts[0], StandardCharsets.UTF_8), name -> new ArrayList<>())
                        .add(parts.length == 1 ? "" : URLDecoder.decode(parts[1], StandardCharsets.UTF_8));
            }
        } catch (IllegalArgumentException e) {
            throw InvalidRequest.query("A percent sign in the query is not followed by two hexadecimal digits");
        }
        return parameters;
    }

    /** Returns the gateway's URL for this district, including {@code /ims/oneroster/v1p1}. */
    private String base() {
        return Urls.realmBase(session.getContext().getUri().getBaseUri())
                        .path("{realm}/classlink/{alias}")
                        .build(realm.getName(), settings.alias())
                + tenantInUrl
                        .map(tenant -> "/tenants/" + RosterRequest.encode(tenant))
                        .orElse("")
                + "/ims/oneroster/v1p1";
    }

    private Optional<String> header(String name) {
        return Optional.ofNullable(
                session.getContext().getHttpRequest().getHttpHeaders().getHeaderString(name));
    }

    /** Sends an event if access is denied; logs a warning if something fails. */
    private void report(EventBuilder event, RosterFailure failure) {
        String reason = failure.reason().name().toLowerCase(Locale.ROOT);
        switch (RosterError.status(failure.reason())) {
            case 401 -> event.detail(Details.REASON, reason).error(Errors.INVALID_TOKEN);
            case 403 ->
                event.detail(Details.REASON, reason)
                        .detail("classlink_roster", pathPattern)
                        .error(Errors.ACCESS_DENIED);
            case 404, 400 -> {
                // A client error, which the response explains.
            }
            default -> LOG.warnf("A roster request failed. reason=%s: %s. %s", reason, failure.getMessage(), where());
        }
    }

    private String where() {
        return "realm=" + realm.getName() + ", provider=" + settings.alias() + ", path=" + pathPattern;
    }
}
