package io.github.k12sso.classlink.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.k12sso.classlink.simulator.runtime.Switch;
import java.net.http.HttpResponse;
import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** Who reads rosters: the partner through the proxy, and the user with their own token. */
class RosterAccessTest extends RosterTests {
    @Nested
    class Authorization {
        @Test
        void compareTheApplicationIdUndecoded() {
            String id = simulator.applicationId("maplevalley");
            assertThat(id).contains("%2F").contains("%43");
            String bearer = simulator.districtBearer("maplevalley");
            assertThat(app.getAs(bearer, "/proxy/v1p0/" + id + "/ims/oneroster/v1p1/orgs")
                            .statusCode())
                    .isEqualTo(200);
            for (String altered : List.of(id.replace("%43", "C"), id.replace("%2F", "%2f"), id.replace("%", "%25"))) {
                assertFailure(app.getAs(bearer, "/" + altered + "/ims/oneroster/v1p1/orgs"), 404, "unknownobject");
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
        void openTheUsersOwnDistrictToTheUsersToken() {
            HttpResponse<String> response =
                    app.getAs(app.accessTokenFor("twin-harbor"), "/ims/oneroster/v1p1/users?limit=50");
            assertThat(response.headers().firstValue("X-Total-Count")).hasValue("240");
            assertThat(response.headers().firstValue("Link"))
                    .hasValue(
                            "<" + simulator.baseUrl() + "/ims/oneroster/v1p1/users?limit=50&offset=50>; rel=\"next\"");
            assertFailure(app.getAs("junk", "/ims/oneroster/v1p1/users"), 401, "unauthorisedrequest");
        }

        @Test
        void mayAskForTheScopeOneroster() {
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
        void closeWhenTheDistrictChangesItsMind() {
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
        void areListedForThePartnerKeyOnly() {
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
        void stopAtAHundredWithoutSayingSo() {
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
