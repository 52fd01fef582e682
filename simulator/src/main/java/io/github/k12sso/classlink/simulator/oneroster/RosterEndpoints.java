package io.github.k12sso.classlink.simulator.oneroster;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.k12sso.classlink.simulator.district.District;
import io.github.k12sso.classlink.simulator.district.Districts;
import io.github.k12sso.classlink.simulator.fault.ErrorBodies;
import io.github.k12sso.classlink.simulator.http.Json;
import io.github.k12sso.classlink.simulator.http.PercentEncoding;
import io.github.k12sso.classlink.simulator.http.ServerRequest;
import io.github.k12sso.classlink.simulator.http.ServerResponse;
import io.github.k12sso.classlink.simulator.oauth.Grant;
import io.github.k12sso.classlink.simulator.oauth.Tokens;
import io.github.k12sso.classlink.simulator.runtime.HostileRoster;
import io.github.k12sso.classlink.simulator.runtime.RosterService;
import io.github.k12sso.classlink.simulator.runtime.Switch;
import io.github.k12sso.classlink.simulator.runtime.Switches;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * OneRoster 1.1 under four paths: the proxy's and its alternative prefix, both with the district's bearer, the district's own
 * server with its key, and the bare path with the user's own ClassLink token, which is the integration guide's form
 * (docs/internals/classlink-protocol.md#the-integration-guide, docs/internals/classlink-rosters.md#access).
 */
public final class RosterEndpoints {
    private static final Pattern PATH = Pattern.compile("(?:(?:/proxy/v1p0)?/([^/]+))?/ims/oneroster/v1p1/(.+)");

    private static final Pattern SERVER = Pattern.compile("/servers/([^/]+)/ims/oneroster/v1p1/(.+)");

    /** Parameters omitted from the URL of the next page. */
    private static final Pattern OF_ONE_PAGE = Pattern.compile("limit=|offset=|oauth_");

    private final Districts districts;
    private final ApplicationList applications;
    private final DistrictServers servers;
    private final Tokens tokens;
    private final Switches switches;
    private final String baseUrl;
    private final RosterEdits edits;
    private final Map<String, RosterData> data = new ConcurrentHashMap<>();

    public RosterEndpoints(
            Districts districts, DistrictServers servers, Tokens tokens, Switches switches, String baseUrl) {
        this.districts = districts;
        this.applications = servers.applications();
        this.edits = applications.rosters();
        this.servers = servers;
        this.tokens = tokens;
        this.switches = switches;
        this.baseUrl = baseUrl;
    }

    public ServerResponse read(ServerRequest request) {
        Matcher server = SERVER.matcher(request.rawPath());
        if (server.matches()) {
            return atDistrict(request, server.group(1), server.group(2));
        }
        Matcher path = PATH.matcher(request.rawPath());
        if (!path.matches()) {
            return ErrorBodies.roster(404, "unknownobject", "no such path");
        }
        String applicationId = path.group(1);
        return applicationId == null
                ? asUser(request, path.group(2))
                : asPartner(request, applicationId, path.group(2));
    }

    private ServerResponse asPartner(ServerRequest request, String applicationId, String path) {
        Optional<District> district = applications.withId(applicationId);
        if (district.isEmpty()) {
            return ErrorBodies.roster(404, "unknownobject", "unknown oneroster_application_id");
        }
        if (request.bearer()
                .filter(applications.bearerOf(district.get())::equals)
                .isEmpty()) {
            return unauthorised();
        }
        if (!applications.isEnabled(district.get())) {
            return ErrorBodies.roster(403, "forbidden", "the district has disabled this application");
        }
        return response(request, district.get(), path, false);
    }

    private ServerResponse atDistrict(ServerRequest request, String code, String path) {
        Optional<District> district = districts.withCode(code);
        if (district.isEmpty()) {
            return unknown();
        }
        Optional<String> objection = servers.objection(request, district.get());
        if (objection.isPresent()) {
            return ErrorBodies.roster(401, "unauthorisedrequest", objection.get());
        }
        if (!applications.isEnabled(district.get())) {
            return ErrorBodies.roster(403, "forbidden", "the district has disabled this application");
        }
        return response(request, district.get(), path, true);
    }

    private ServerResponse asUser(ServerRequest request, String path) {
        Optional<Grant> grant = request.bearer().flatMap(tokens::grantOf);
        if (grant.isEmpty()) {
            return unauthorised();
        }
        boolean allowed = grant.get().scopes().contains("oneroster")
                || grant.get().scopes().contains("full");
        if (switches.get(Switch.ROSTER_SCOPE_REQUIRED) && !allowed) {
            return ErrorBodies.roster(403, "forbidden", "the token lacks the scope oneroster");
        }
        District district =
                districts.withCode(grant.get().persona().districtCode()).orElseThrow();
        return response(request, district, path, true);
    }

    private ServerResponse response(ServerRequest request, District district, String rawPath, boolean direct) {
        List<Optional<String>> segments = Arrays.stream(
                        withoutLastSlash(rawPath).split("/", -1))
                .map(PercentEncoding::decode)
                .toList();
        if (segments.stream().anyMatch(Optional::isEmpty)) {
            return unknown();
        }
        List<String> path = segments.stream().map(Optional::orElseThrow).toList();
        RosterData roster = data.computeIfAbsent(district.code(), unused -> new RosterData(district));
        try {
            if (path.size() == 2) {
                return roster.object(path.get(0), path.get(1))
                        .flatMap(found -> edits.apply(district.code(), path, found))
                        .map(found -> withRosterHeaders(
                                ServerResponse.json(
                                        200, Json.object().set(found.type().single(), asSent(found.node()))),
                                district,
                                1,
                                1))
                        .orElseGet(RosterEndpoints::unknown);
            }
            boolean served = path.size() != 3 || service() != RosterService.NO_NESTED_READS;
            Optional<Rows> rows = served ? roster.collection(path) : Optional.empty();
            return rows.isEmpty()
                    ? unknown()
                    : page(
                            request,
                            district,
                            edits.apply(district.code(), path, rows.get()).map(this::asSent),
                            direct);
        } catch (InvalidQuery e) {
            return ErrorBodies.roster(400, e.codeMinor(), e.getMessage());
        }
    }

    /** Adobe's connector requests {@code courses/}. */
    private static String withoutLastSlash(String path) {
        return path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
    }

    private ServerResponse page(ServerRequest request, District district, Rows rows, boolean direct) {
        if (switches.get(Switch.HOSTILE_ROSTER) != HostileRoster.NONE) {
            return HostileAnswers.of(switches.get(Switch.HOSTILE_ROSTER));
        }
        RowQuery query = RowQuery.of(request, rows.type()).at(service());
        PageOfRows page = PageOfRows.of(rows, query);
        ServerResponse body = ServerResponse.jsonStream(page::writeTo);
        if (service() == RosterService.NOT_FOUND_PAST_END) {
            return page.count() == 0 && query.offset() > 0 ? unknown() : body;
        }
        if (service() == RosterService.CLAMPS_PAGES) {
            return body;
        }
        ServerResponse response = withRosterHeaders(body, district, page.count(), page.total());
        return direct && page.hasNext() ? response.header("Link", linkToNext(request, query)) : response;
    }

    private RosterService service() {
        return switches.get(Switch.ROSTER_SERVICE);
    }

    private ObjectNode asSent(ObjectNode row) {
        String role = row.path("role").asText();
        if (service() == RosterService.CAPITAL_ROLES && !role.isEmpty()) {
            row.put("role", role.substring(0, 1).toUpperCase(Locale.ROOT) + role.substring(1));
        }
        return switches.get(Switch.EMPTY_STRINGS) ? row : Json.withoutEmptyStrings(row);
    }

    /** docs/internals/classlink-rosters.md#queries-and-headers. */
    private ServerResponse withRosterHeaders(ServerResponse response, District district, int count, int total) {
        return response.header("X-Total-Count", Integer.toString(total))
                .header("x-count", Integer.toString(count))
                .header("x-perm-rev", applications.permissionRevision(district));
    }

    /** Observed on district servers, not on the proxy (docs/internals/classlink-rosters.md#queries-and-headers). */
    private String linkToNext(ServerRequest request, RowQuery query) {
        String kept = Arrays.stream(request.rawQuery().split("&", -1))
                .filter(pair -> !pair.isEmpty() && !OF_ONE_PAGE.matcher(pair).lookingAt())
                .map(pair -> "&" + pair)
                .reduce("", String::concat);
        return "<%s%s?limit=%d&offset=%d%s>; rel=\"next\""
                .formatted(baseUrl, request.rawPath(), query.limit(), query.offset() + query.limit(), kept);
    }

    private static ServerResponse unauthorised() {
        return ErrorBodies.roster(401, "unauthorisedrequest", "the bearer is missing, wrong or expired");
    }

    private static ServerResponse unknown() {
        return ErrorBodies.roster(404, "unknownobject", "no such object or collection");
    }
}
