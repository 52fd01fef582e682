package io.github.k12sso.classlink.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.k12sso.classlink.simulator.runtime.Switch;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Access to rosters: the partner through the proxy, and users with their own tokens. */
class RosterAccessTest extends RosterTests {
    private static final String PARTNER = "partner-key-of-the-simulator";

    @Nested
    class Authorization {
        static Stream<String> encodings() {
            String id = simulator.applicationId("maplevalley"); // %2FgVa1000d75Gs%43%3D
            return Stream.of(
                    id,
                    id.replace("%43", "C"),
                    id.replace("%2F", "%2f").replace("%3D", "%3d"),
                    id.replace("%3D", "="),
                    id.replace("V", "%56").replace("7", "%37"));
        }

        @ParameterizedTest
        @MethodSource("encodings")
        void acceptTheApplicationIdInAnyEncoding(String id) {
            String bearer = simulator.districtBearer("maplevalley");

            for (String prefix : List.of("/", "/proxy/v1p0/")) {
                assertThat(app.getAs(bearer, prefix + id + "/ims/oneroster/v1p1/orgs")
                                .statusCode())
                        .isEqualTo(200);
            }
            assertThat(app.getAs(PARTNER, "/applications/" + id + "/server").statusCode())
                    .isEqualTo(200);
            assertFailure(app.getAs("junk", "/" + id + "/ims/oneroster/v1p1/orgs"), 401, "unauthorisedrequest");
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "%252FgVa1000d75Gs%2543%253D",
                    "%2FgVa1000d75Gs%2543%3D",
                    "%2FgVa1000d75Gsc%3D",
                    "%2FgVa1000d75GsC",
                    "%2FgVa1000d75GsC%3D%C3",
                    "%2FgVa1000d75GsC%20",
                    "gVa1000d75GsC%3D",
                    "%2B"
                })
        void refuseOtherApplicationIds(String id) {
            String bearer = simulator.districtBearer("maplevalley");

            assertFailure(app.getAs(bearer, "/" + id + "/ims/oneroster/v1p1/orgs"), 404, "unknownobject");
            assertFailure(app.getAs(bearer, "/proxy/v1p0/" + id + "/ims/oneroster/v1p1/orgs"), 404, "unknownobject");
            assertFailure(app.getAs(PARTNER, "/applications/" + id + "/server"), 404, "unknownobject");
        }

        @Test
        void mayOmitTheSchemeIfSwitchedOn() {
            String path = "/" + simulator.applicationId("maplevalley") + "/ims/oneroster/v1p1/orgs";
            String bearer = simulator.districtBearer("maplevalley");
            String token = app.accessTokenFor("student");
            assertFailure(app.get(path, "Authorization", bearer), 401, "unauthorisedrequest");
            assertFailure(app.get("/applications", "Authorization", PARTNER), 401, "unauthorisedrequest");
            assertThat(app.get("/v2/my/info", "Authorization", token).statusCode())
                    .isEqualTo(401);
            simulator.switches().set(Switch.BARE_TOKENS, true);
            try {
                assertThat(app.get(path, "Authorization", bearer).statusCode()).isEqualTo(200);
                assertThat(app.get("/applications", "Authorization", PARTNER).statusCode())
                        .isEqualTo(200);
                assertThat(app.get("/v2/my/info", "Authorization", token).statusCode())
                        .isEqualTo(200);
                assertThat(app.getAs(bearer, path).statusCode()).isEqualTo(200);
                for (String other : List.of(
                        "junk", "Bearer", "Basic " + bearer, "Token " + bearer, bearer + ", x", "\"" + bearer + "\"")) {
                    assertFailure(app.get(path, "Authorization", other), 401, "unauthorisedrequest");
                }
            } finally {
                simulator.switches().set(Switch.BARE_TOKENS, false);
            }
        }

        @Test
        void refuseOtherBearers() {
            String path = "/" + simulator.applicationId("maplevalley") + "/ims/oneroster/v1p1/orgs";
            assertFailure(app.get(path), 401, "unauthorisedrequest");
            assertFailure(app.getAs("junk", path), 401, "unauthorisedrequest");
            assertFailure(app.getAs(simulator.districtBearer("harborpoint"), path), 401, "unauthorisedrequest");
            assertFailure(app.getAs("partner-key-of-the-simulator", path), 401, "unauthorisedrequest");
        }

        @Test
        void letAUsersTokenReadTheUsersDistrict() {
            HttpResponse<String> response =
                    app.getAs(app.accessTokenFor("twin-harbor"), "/ims/oneroster/v1p1/users?limit=50");
            assertThat(response.headers().firstValue("X-Total-Count")).hasValue("240");
            assertThat(response.headers().firstValue("Link"))
                    .hasValue(
                            "<" + simulator.baseUrl() + "/ims/oneroster/v1p1/users?limit=50&offset=50>; rel=\"next\"");
            assertFailure(app.getAs("junk", "/ims/oneroster/v1p1/users"), 401, "unauthorisedrequest");
        }

        @Test
        void canRequireTheScopeOneroster() {
            simulator.switches().set(Switch.ROSTER_SCOPE_REQUIRED, true);
            try {
                assertFailure(app.getAs(app.accessTokenFor("student"), "/ims/oneroster/v1p1/users"), 403, "forbidden");
                assertThat(app.getAs(
                                        app.accessTokenFor("student", "scope", "openid oneroster"),
                                        "/ims/oneroster/v1p1/users")
                                .statusCode())
                        .isEqualTo(200);
            } finally {
                simulator.switches().set(Switch.ROSTER_SCOPE_REQUIRED, false);
            }
        }

        @Test
        void areRefusedWhenTheDistrictWithdrawsAccess() {
            String old = simulator.districtBearer("willowcreek");
            String path = "/" + simulator.applicationId("willowcreek") + "/ims/oneroster/v1p1/orgs";
            String revision =
                    app.getAs(old, path).headers().firstValue("x-perm-rev").orElseThrow();
            simulator.applications().changePermissions("willowcreek");
            assertThat(app.getAs(old, path).headers().firstValue("x-perm-rev").orElseThrow())
                    .isNotEqualTo(revision);
            simulator.applications().rotateBearer("willowcreek");
            assertFailure(app.getAs(old, path), 401, "unauthorisedrequest");
            String current = simulator.districtBearer("willowcreek");
            assertThat(app.getAs(current, path).statusCode()).isEqualTo(200);
            simulator.applications().enabled("willowcreek", false);
            assertFailure(app.getAs(current, path), 403, "forbidden");
            simulator.applications().enabled("willowcreek", true);
            assertThat(app.getAs(current, path).statusCode()).isEqualTo(200);
        }
    }

    @Nested
    class Applications {
        @Test
        void requireThePartnerKey() {
            assertThat(app.getAs("wrong", "/applications").statusCode()).isEqualTo(401);
            HttpResponse<String> response = app.getAs("partner-key-of-the-simulator", "/applications");
            JsonNode row = RelyingParty.json(response).get("applications").get(0);
            assertThat(row.get("tenant_id").asInt()).isEqualTo(2);
            assertThat(row.get("enabled").isTextual()).isTrue();
            assertThat(row.get("enabled").asText()).isEqualTo("true");
            assertThat(row.get("bearer").asText()).isEqualTo(simulator.districtBearer("maplevalley"));
            assertThat(row.get("oneroster_application_id").asText()).isEqualTo(simulator.applicationId("maplevalley"));
            assertThat(response.headers().firstValue("X-Total-Count")).isEmpty();
            assertThat(response.headers().firstValue("x-count")).isEmpty();
        }

        @Test
        void stopAtAHundredWithoutATotal() {
            SimulatorSettings settings =
                    SimulatorSettings.builder().fillerApplications(120).build();
            try (ClassLinkSimulator crowded = ClassLinkSimulator.start(settings)) {
                RelyingParty partner = new RelyingParty(crowded);
                JsonNode first = RelyingParty.json(partner.getAs(settings.partnerKey(), "/applications"));
                JsonNode second = RelyingParty.json(partner.getAs(settings.partnerKey(), "/applications?offset=100"));
                JsonNode all = RelyingParty.json(partner.getAs(settings.partnerKey(), "/applications?limit=10000"));
                assertThat(first.get("applications"))
                        .hasSize(100)
                        .allSatisfy(
                                row -> assertThat(row.get("enabled").asText()).isEqualTo("false"));
                assertThat(second.get("applications")).hasSize(23);
                assertThat(all.get("applications")).hasSize(123);
            }
        }
    }
}
