package io.github.k12sso.classlink.it.support;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import java.util.stream.StreamSupport;

/** A school's roster gateway, as apps call it. */
public final class Roster {

    public static final String SCOPE = "classlink-roster";
    /** The TenantId of {@code maplevalley}, where most personas are. */
    public static final String MAPLE_VALLEY = "2";

    private static final String PARTNER_KEY = "partner-key-of-the-simulator";
    private static final String SERVICE = "service";
    private static final String ROOT = "/ims/oneroster/v1p1/";

    private final Deployment bed;
    private final School school;
    private final Http http = new Http();

    private Roster(Deployment bed, School school) {
        this.bed = bed;
        this.school = school;
    }

    /** The partner's key is in Keycloak's vault. */
    public static Roster withPartnerKey(TestBed bed, School school) {
        bed.keepInVault(school, "partner-key", PARTNER_KEY);
        return configured(bed, school, "partner-key");
    }

    /** The person's own ClassLink token opens the roster. */
    public static Roster withUserToken(TestBed bed, School school) {
        return configured(bed, school, "user-token");
    }

    private static Roster configured(TestBed bed, School school, String mode) {
        school.configure(provider -> ((ObjectNode) provider.get("config"))
                .put("rosterMode", mode)
                .put("rosterUrl", bed.classLink().baseUrl().toString())
                .put("rosterRequestsPerMinute", "10000")
                .put("partnerKey", "${vault.partner-key}"));
        return new Roster(bed, school);
    }

    public static String partnerKey() {
        return PARTNER_KEY;
    }

    /** A Keycloak access token of the app for a person, with the scope for rosters. */
    public String tokenOf(String personaId) {
        Page callback = school.login(school.newBrowser(), personaId, school.loginRequest("openid " + SCOPE));
        return school.redeem(callback, School.APP, School.APP_SECRET)
                .get("access_token")
                .textValue();
    }

    /** An access token of the service account, to which the role is given before. */
    public String administratorsToken(String role) {
        String realm = "/realms/" + school.realm();
        if (school.admin().get(realm + "/roles?search=" + role).isEmpty()) {
            AdminApi.require(
                    school.admin().post(realm + "/roles", Http.json("{\"name\":\"" + role + "\"}")), "new role");
        }
        if (school.admin().get(realm + "/clients?clientId=" + SERVICE).isEmpty()) {
            school.addApps(SERVICE);
        }
        JsonNode given = school.admin().get(realm + "/roles/" + role);
        String client = school.admin()
                .get(realm + "/clients?clientId=" + SERVICE)
                .get(0)
                .get("id")
                .textValue();
        String account = school.admin()
                .get(realm + "/clients/" + client + "/service-account-user")
                .get("id")
                .textValue();
        AdminApi.require(
                school.admin().post(realm + "/users/" + account + "/role-mappings/realm", Http.json("[" + given + "]")),
                "role of the service");
        return serviceToken();
    }

    private String serviceToken() {
        HttpResponse<String> answer = school.tokenEndpoint(Map.of(
                "grant_type",
                "client_credentials",
                "client_id",
                SERVICE,
                "client_secret",
                "service-secret",
                "scope",
                SCOPE));
        return Http.json(AdminApi.require(answer, "token endpoint").body())
                .get("access_token")
                .textValue();
    }

    public HttpResponse<String> get(String token, String target) {
        return http.send(request(token, address(target)));
    }

    public HttpResponse<String> get(String token, String tenant, String target) {
        return http.send(
                request(token, school.url("/classlink/" + School.ALIAS + "/tenants/" + tenant + ROOT + target)));
    }

    public URI address(String target) {
        return school.url("/classlink/" + School.ALIAS + ROOT + target);
    }

    public static HttpRequest.Builder request(String token, URI address) {
        return HttpRequest.newBuilder(address).header("Authorization", "Bearer " + token);
    }

    /** What the district's server itself says to the partner. */
    public JsonNode atTheSource(String district, String target) {
        URI address =
                URI.create(bed.classLink().baseUrl() + "/" + bed.classLink().applicationId(district) + ROOT + target);
        return Http.json(AdminApi.require(
                        http.send(request(bed.classLink().districtBearer(district), address)), "roster")
                .body());
    }

    /** The ids of an answer's rows. */
    public static List<String> ids(JsonNode rows) {
        return StreamSupport.stream(rows.spliterator(), false)
                .map(row -> row.get("sourcedId").textValue())
                .toList();
    }
}
