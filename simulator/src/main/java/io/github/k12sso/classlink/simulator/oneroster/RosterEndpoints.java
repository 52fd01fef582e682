package io.github.k12sso.classlink.simulator.oneroster;

import io.github.k12sso.classlink.simulator.district.District;
import io.github.k12sso.classlink.simulator.district.Districts;
import io.github.k12sso.classlink.simulator.fault.ErrorBodies;
import io.github.k12sso.classlink.simulator.http.Answer;
import io.github.k12sso.classlink.simulator.http.Exchange;
import io.github.k12sso.classlink.simulator.http.Json;
import io.github.k12sso.classlink.simulator.oauth.Grant;
import io.github.k12sso.classlink.simulator.oauth.Tokens;
import io.github.k12sso.classlink.simulator.runtime.Switch;
import io.github.k12sso.classlink.simulator.runtime.Switches;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * OneRoster 1.1 behind three doors: the proxy, its alternative prefix (both with the district's bearer), and the bare path
 * with the user's own ClassLink token, which is the integration guide's form
 * (docs/internals/classlink-protocol.md#the-integration-guide, docs/internals/classlink-rosters.md#access).
 */
public final class RosterEndpoints {
    private static final Pattern PATH = Pattern.compile("(?:(?:/proxy/v1p0)?/([^/]+))?/ims/oneroster/v1p1/(.+)");

    private final Districts districts;
    private final Applications applications;
    private final Tokens tokens;
    private final Switches switches;
    private final String baseUrl;
    private final Map<String, RosterData> data = new ConcurrentHashMap<>();

    public RosterEndpoints(
            Districts districts, Applications applications, Tokens tokens, Switches switches, String baseUrl) {
        this.districts = districts;
        this.applications = applications;
        this.tokens = tokens;
        this.switches = switches;
        this.baseUrl = baseUrl;
    }

    public Answer read(Exchange exchange) {
        Matcher path = PATH.matcher(exchange.rawPath());
        if (!path.matches()) {
            return ErrorBodies.roster(404, "unknownobject", "no such path");
        }
        String applicationId = path.group(1);
        return applicationId == null
                ? asUser(exchange, path.group(2))
                : asPartner(exchange, applicationId, path.group(2));
    }

    private Answer asPartner(Exchange exchange, String applicationId, String path) {
        Optional<District> district = applications.withId(applicationId);
        if (district.isEmpty()) {
            return ErrorBodies.roster(404, "unknownobject", "unknown oneroster_application_id");
        }
        if (exchange.bearer()
                .filter(applications.bearerOf(district.get())::equals)
                .isEmpty()) {
            return unauthorised();
        }
        if (!applications.isEnabled(district.get())) {
            return ErrorBodies.roster(403, "forbidden", "the district has disabled this application");
        }
        return answer(exchange, district.get(), path, false);
    }

    private Answer asUser(Exchange exchange, String path) {
        Optional<Grant> grant = exchange.bearer().flatMap(tokens::grantOf);
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
        return answer(exchange, district, path, true);
    }

    private Answer answer(Exchange exchange, District district, String rawPath, boolean direct) {
        List<String> path = Arrays.stream(rawPath.split("/", -1))
                .map(segment -> URLDecoder.decode(segment.replace("+", "%2B"), StandardCharsets.UTF_8))
                .toList();
        RosterData roster = data.computeIfAbsent(district.code(), unused -> new RosterData(district));
        try {
            if (path.size() == 2) {
                return roster.object(path.get(0), path.get(1))
                        .map(found -> withRosterHeaders(
                                Answer.json(200, Json.object().set(found.type().single(), found.node())),
                                district,
                                1,
                                1))
                        .orElseGet(RosterEndpoints::unknown);
            }
            Optional<Rows> rows = roster.collection(path);
            return rows.isEmpty() ? unknown() : page(exchange, district, rows.get(), direct);
        } catch (InvalidQuery e) {
            return ErrorBodies.roster(400, e.codeMinor(), e.getMessage());
        }
    }

    private Answer page(Exchange exchange, District district, Rows rows, boolean direct) {
        RosterQuery query = RosterQuery.of(exchange, rows.type());
        RosterPage page = RosterPage.of(rows, query);
        Answer answer = withRosterHeaders(Answer.jsonStream(page::writeTo), district, page.count(), page.total());
        return direct && page.hasNext() ? answer.header("Link", linkToNext(exchange, query)) : answer;
    }

    /** docs/internals/classlink-rosters.md#queries-and-headers. */
    private Answer withRosterHeaders(Answer answer, District district, int count, int total) {
        return answer.header("X-Total-Count", Integer.toString(total))
                .header("x-count", Integer.toString(count))
                .header("x-perm-rev", applications.permissionRevision(district));
    }

    /** Seen on district servers, not on the proxy (docs/internals/classlink-rosters.md#queries-and-headers). */
    private String linkToNext(Exchange exchange, RosterQuery query) {
        String kept = Arrays.stream(exchange.rawQuery().split("&", -1))
                .filter(pair -> !pair.isEmpty() && !pair.startsWith("limit=") && !pair.startsWith("offset="))
                .map(pair -> "&" + pair)
                .reduce("", String::concat);
        return "<%s%s?limit=%d&offset=%d%s>; rel=\"next\""
                .formatted(baseUrl, exchange.rawPath(), query.limit(), query.offset() + query.limit(), kept);
    }

    private static Answer unauthorised() {
        return ErrorBodies.roster(401, "unauthorisedrequest", "the bearer is missing, wrong or expired");
    }

    private static Answer unknown() {
        return ErrorBodies.roster(404, "unknownobject", "no such object or collection");
    }
}
