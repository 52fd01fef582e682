package io.github.k12sso.classlink.it.support;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.k12sso.classlink.simulator.district.Persona;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.stream.StreamSupport;

/** A client of a realm's roster gateway. */
public final class Roster {

    public static final String SCOPE = "classlink-roster";
    public static final String CLASSES_SCOPE = "classlink-classes";
    /** The TenantId of {@code maplevalley}, the district of most personas. */
    public static final String MAPLE_VALLEY = "2";

    private static final String PARTNER_KEY = "partner-key-of-the-simulator";
    private static final String SERVICE = "service";
    private static final String ROOT = "/ims/oneroster/v1p1/";

    private final SystemUnderTest environment;
    private final TestRealm realm;
    private final Http http = new Http();

    private Roster(SystemUnderTest environment, TestRealm realm) {
        this.environment = environment;
        this.realm = realm;
    }

    /** Configures the partner key in Keycloak's vault. */
    public static Roster withPartnerKey(TestEnvironment environment, TestRealm realm) {
        environment.keepInVault(realm, "partner-key", PARTNER_KEY);
        return configured(environment, realm, "partner-key");
    }

    /** Configures access with the user's own ClassLink token. */
    public static Roster withUserToken(TestEnvironment environment, TestRealm realm) {
        return configured(environment, realm, "user-token");
    }

    /** Configures exactly these district keys in Keycloak's vault. */
    public static Roster withDistrictKeys(TestEnvironment environment, TestRealm realm, String... tenantIds) {
        for (String tenantId : tenantIds) {
            environment.keepInVault(
                    realm,
                    "classlink-district-" + tenantId,
                    districtKey(environment, tenantId).toString());
        }
        return configured(environment, realm, "district-key");
    }

    /** ClassLink's response with a district's server and key. */
    public static ObjectNode districtKey(TestEnvironment environment, String tenantId) {
        return environment.classLink().districtKey(tenantId.equals(MAPLE_VALLEY) ? "maplevalley" : "harborpoint");
    }

    private static Roster configured(TestEnvironment environment, TestRealm realm, String mode) {
        realm.configure(provider -> ((ObjectNode) provider.get("config"))
                .put("rosterMode", mode)
                .put("rosterUrl", environment.classLink().baseUrl().toString())
                .put("rosterRequestsPerMinute", "10000")
                .put("partnerKey", "${vault.partner-key}"));
        return new Roster(environment, realm);
    }

    /** Adds the client scope in realm-config to the app as optional. */
    public void putClassesIntoTokens() {
        String path = "/realms/" + realm.name();
        AdminApi.require(
                realm.admin().post(path + "/client-scopes", RealmFiles.read("client-scope-classlink-classes.json")),
                CLASSES_SCOPE);
        String scope = idOf(realm.admin().get(path + "/client-scopes"), "name", CLASSES_SCOPE);
        String app = idOf(realm.admin().get(path + "/clients"), "clientId", TestRealm.APP);
        AdminApi.require(
                realm.admin().put(path + "/clients/" + app + "/optional-client-scopes/" + scope, Http.json("{}")),
                CLASSES_SCOPE);
    }

    private static String idOf(JsonNode list, String member, String value) {
        return StreamSupport.stream(list.spliterator(), false)
                .filter(each -> value.equals(each.get(member).textValue()))
                .findFirst()
                .orElseThrow()
                .get("id")
                .textValue();
    }

    /** Sets start and end of every district's school year, in days from today, to make classes current or not. */
    public void schoolYear(int fromDays, int toDays) {
        LocalDate today = LocalDate.now(ZoneOffset.UTC);
        for (String district : List.of("maplevalley", "harborpoint")) {
            environment.classLink().applications().rosters().set(district, "academicSessions/FY", rows -> {
                rows.forEach(
                        row -> row.put("startDate", today.plusDays(fromDays).toString())
                                .put("endDate", today.plusDays(toDays).toString()));
                return rows;
            });
        }
    }

    public static String partnerKey() {
        return PARTNER_KEY;
    }

    /** A Keycloak access token of the app for a user, with the roster scope. */
    public String tokenOf(String personaId) {
        WebPage callback = realm.login(realm.newBrowser(), personaId, realm.loginRequest("openid " + SCOPE));
        return realm.redeem(callback, TestRealm.APP, TestRealm.APP_SECRET)
                .get("access_token")
                .textValue();
    }

    /** Assigns the role to the service account and returns its access token. */
    public String administratorsToken(String role) {
        String realmPath = "/realms/" + realm.name();
        if (realm.admin().get(realmPath + "/roles?search=" + role).isEmpty()) {
            AdminApi.require(
                    realm.admin().post(realmPath + "/roles", Http.json("{\"name\":\"" + role + "\"}")), "new role");
        }
        if (realm.admin().get(realmPath + "/clients?clientId=" + SERVICE).isEmpty()) {
            realm.addApps(SERVICE);
        }
        JsonNode given = realm.admin().get(realmPath + "/roles/" + role);
        String client = realm.admin()
                .get(realmPath + "/clients?clientId=" + SERVICE)
                .get(0)
                .get("id")
                .textValue();
        String account = realm.admin()
                .get(realmPath + "/clients/" + client + "/service-account-user")
                .get("id")
                .textValue();
        AdminApi.require(
                realm.admin()
                        .post(realmPath + "/users/" + account + "/role-mappings/realm", Http.json("[" + given + "]")),
                "role of the service");
        return serviceToken();
    }

    /** Assigns the role to a user, effective for new tokens. */
    public void makeAdministrator(String personaId, String role) {
        String realmPath = "/realms/" + realm.name();
        AdminApi.require(
                realm.admin().post(realmPath + "/roles", Http.json("{\"name\":\"" + role + "\"}")), "new role");
        JsonNode given = realm.admin().get(realmPath + "/roles/" + role);
        AdminApi.require(
                realm.admin()
                        .post(
                                realmPath + "/users/" + userId(personaId) + "/role-mappings/realm",
                                Http.json("[" + given + "]")),
                "role of " + personaId);
    }

    /** The Keycloak id of a user who has signed in. */
    public String userId(String personaId) {
        Persona person = environment.classLink().persona(personaId);
        String tenantId = person.districtCode().equals("maplevalley") ? MAPLE_VALLEY : "2222";
        return realm.state().user(person.loginId() + "." + tenantId).get("id").textValue();
    }

    private String serviceToken() {
        HttpResponse<String> answer = realm.tokenEndpoint(Map.of(
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
                request(token, realm.url("/classlink/" + TestRealm.ALIAS + "/tenants/" + tenant + ROOT + target)));
    }

    public URI address(String target) {
        return realm.url("/classlink/" + TestRealm.ALIAS + ROOT + target);
    }

    public static HttpRequest.Builder request(String token, URI address) {
        return HttpRequest.newBuilder(address).header("Authorization", "Bearer " + token);
    }

    /** The response of the district's roster to the partner. */
    public JsonNode atTheSource(String district, String target) {
        URI address = URI.create(environment.classLink().baseUrl() + "/"
                + environment.classLink().applicationId(district) + ROOT + target);
        return Http.json(AdminApi.require(
                        http.send(request(environment.classLink().districtBearer(district), address)), "roster")
                .body());
    }

    /** The ids of a response's rows. */
    public static List<String> ids(JsonNode rows) {
        return StreamSupport.stream(rows.spliterator(), false)
                .map(row -> row.get("sourcedId").textValue())
                .toList();
    }
}
