package io.github.k12sso.classlink.simulator.oneroster;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.k12sso.classlink.simulator.district.District;
import io.github.k12sso.classlink.simulator.district.Districts;
import io.github.k12sso.classlink.simulator.fault.ErrorBodies;
import io.github.k12sso.classlink.simulator.http.Json;
import io.github.k12sso.classlink.simulator.http.PercentEncoding;
import io.github.k12sso.classlink.simulator.http.ServerRequest;
import io.github.k12sso.classlink.simulator.http.ServerResponse;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The partner's districts: {@code /applications}, and the bearer of each (docs/internals/classlink-rosters.md#access).
 */
public final class ApplicationList {
    private static final int APPLICATION_ID = 57;

    private final Districts districts;
    private final String partnerKey;
    private final int fillers;
    private final Map<String, Integer> bearerGenerations = new ConcurrentHashMap<>();
    private final Map<String, Integer> permissionRevisions = new ConcurrentHashMap<>();
    private final Set<String> disabled = ConcurrentHashMap.newKeySet();
    private final RosterEdits rosters = new RosterEdits();

    /**
     * @param fillers number of disabled districts listed before the real ones, so that the real ones are on a later page
     */
    public ApplicationList(Districts districts, String partnerKey, int fillers) {
        this.districts = districts;
        this.partnerKey = partnerKey;
        this.fillers = fillers;
    }

    /** Changes that districts make to their rosters. */
    public RosterEdits rosters() {
        return rosters;
    }

    /** The district issues a new bearer and a new key; the old ones get 401. */
    public void rotateBearer(String districtCode) {
        bearerGenerations.merge(districtCode, 1, Integer::sum);
    }

    /** The district disables or enables the application. */
    public void enabled(String districtCode, boolean enabled) {
        if (enabled) {
            disabled.remove(districtCode);
        } else {
            disabled.add(districtCode);
        }
    }

    /**
     * The district changes what it shares: {@code x-perm-rev} changes
     * (docs/internals/classlink-rosters.md#queries-and-headers).
     */
    public void changePermissions(String districtCode) {
        permissionRevisions.merge(districtCode, 1, Integer::sum);
    }

    /** The bearer that reads this district through the proxy. */
    public String bearerOf(District district) {
        int generation = bearerGenerations.getOrDefault(district.code(), 0);
        String seed = "bearer:" + district.code() + ":" + generation;
        return UUID.nameUUIDFromBytes(seed.getBytes(StandardCharsets.UTF_8)).toString();
    }

    /**
     * Already percent-encoded, with {@code %43} for a C: use it verbatim
     * (docs/internals/classlink-rosters.md#access).
     */
    public String idOf(District district) {
        return "%2FgVa" + (1000 + district.ordinal()) + "d75Gs%43%3D";
    }

    boolean isEnabled(District district) {
        return !disabled.contains(district.code());
    }

    String permissionRevision(District district) {
        return Integer.toString(700 + permissionRevisions.getOrDefault(district.code(), 0));
    }

    /** Both the path and the id are decoded once, because clients such as Requests send C for {@code %43}. */
    Optional<District> withId(String rawId) {
        Optional<String> id = PercentEncoding.decode(rawId);
        return districts.all().stream()
                .filter(district ->
                        id.isPresent() && PercentEncoding.decode(idOf(district)).equals(id))
                .findFirst();
    }

    boolean isPartner(ServerRequest request) {
        return request.bearer().filter(partnerKey::equals).isPresent();
    }

    /** Returns pages of 100 without a total. */
    public ServerResponse list(ServerRequest request) {
        if (!isPartner(request)) {
            return ErrorBodies.roster(401, "unauthorisedrequest", "the partner key is missing or wrong");
        }
        try {
            int limit = RowQuery.limit(request);
            int offset = RowQuery.number(request, "offset", 0, 0);
            ObjectNode body = Json.object().put("status", 1);
            ArrayNode rows = body.putArray("applications");
            int size = fillers + districts.all().size();
            for (int at = offset; at < Math.min((long) offset + limit, size); at++) {
                rows.add(at < fillers ? filler(at) : row(districts.all().get(at - fillers)));
            }
            return ServerResponse.json(200, body);
        } catch (InvalidQuery e) {
            return ErrorBodies.roster(400, e.codeMinor(), e.getMessage());
        }
    }

    private ObjectNode row(District district) {
        return Json.object()
                .put("id", 12_345 + district.ordinal())
                .put("application_id", APPLICATION_ID)
                .put("tenant_id", district.tenantId())
                .put("bearer", bearerOf(district))
                .put("tenant_name", district.name())
                .put("enabled", Boolean.toString(isEnabled(district)))
                .put("tenant_status", "Active")
                .put("oneroster_application_id", idOf(district))
                .put("name", "keycloak-classlink")
                .put("version", "");
    }

    private static ObjectNode filler(int at) {
        return Json.object()
                .put("id", 1_000_000 + at)
                .put("application_id", APPLICATION_ID)
                .put("tenant_id", 500_000 + at)
                .putNull("bearer")
                .put("tenant_name", "Quiet District " + (at + 1))
                .put("enabled", "false")
                .put("tenant_status", "Active")
                .put("oneroster_application_id", "Quiet" + at + "%3D")
                .put("name", "keycloak-classlink")
                .put("version", "");
    }
}
