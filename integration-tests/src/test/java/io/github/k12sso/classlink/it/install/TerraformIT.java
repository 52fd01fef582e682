package io.github.k12sso.classlink.it.install;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.k12sso.classlink.it.support.AdminApi;
import io.github.k12sso.classlink.it.support.Http;
import io.github.k12sso.classlink.it.support.TestEnvironment;
import io.github.k12sso.classlink.it.support.TestRealm;
import io.github.k12sso.classlink.it.support.WithTestEnvironment;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** {@code deploy/terraform}: sends the requests of Terraform's Keycloak provider. Terraform is not on Maven Central. */
@WithTestEnvironment
class TerraformIT {

    /** Unique for each run, because the server may remain from an earlier run. */
    private static final String REALM = "from-terraform-" + UUID.randomUUID();

    @Test
    void aTeacherSignsInToTheTerraformRealm(TestEnvironment environment) {
        AdminApi.require(
                environment.admin().post("/realms", Http.json("{\"realm\": \"" + REALM + "\", \"enabled\": true}")),
                "new realm");
        TerraformFile file = TerraformFile.read(
                Path.of(System.getProperty("project.root"), "deploy", "terraform", "main.tf"),
                Map.of(
                        "realm",
                        REALM,
                        "client_id",
                        TestRealm.CLASSLINK_CLIENT,
                        "client_secret",
                        "plain",
                        "tenant_id",
                        "2"));
        assertThat(file.size()).isEqualTo(7);

        file.apply(environment.admin());

        TestRealm district = environment.realm(REALM);
        environment
                .classLink()
                .registerClient(TestRealm.CLASSLINK_CLIENT, "plain", List.of(environment.keycloakUrl() + "/realms/*"));
        district.useLocalClassLink();
        district.addApp();
        district.tokensOf("teacher");
        JsonNode teacher = district.state().user("orla.thistledown.2");
        assertThat(district.state().roles(teacher)).contains("classlink-teacher");
        assertThat(district.state().groups(teacher)).containsExactly("/districts/2/Teacher");
    }
}
