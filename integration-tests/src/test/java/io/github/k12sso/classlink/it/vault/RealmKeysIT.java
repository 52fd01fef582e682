package io.github.k12sso.classlink.it.vault;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.k12sso.classlink.it.support.AdminApi;
import io.github.k12sso.classlink.it.support.Http;
import io.github.k12sso.classlink.it.support.TestEnvironment;
import io.github.k12sso.classlink.it.support.TestRealm;
import io.github.k12sso.classlink.it.support.WithTestEnvironment;
import java.net.http.HttpResponse;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Without a key file, the realm's AES key encrypts tokens: effects of changes of this key on stored tokens. */
@WithTestEnvironment
class RealmKeysIT {

    private TestEnvironment environment;
    private TestRealm realm;
    private String token;

    @BeforeEach
    void aUserIsSignedIn(TestEnvironment testEnvironment) {
        environment = testEnvironment;
        realm = environment.newRealm();
        token = realm.tokensOf("student").get("access_token").textValue();
        assertThat(realm.exchange(token).statusCode()).isEqualTo(200);
    }

    @Test
    void givenANewKeyNextToTheOldOne_thenBothDecrypt() {
        JsonNode old = aesKey();
        ObjectNode next = (ObjectNode) Http.json("{}");
        next.put("name", "aes-next")
                .put("providerId", "aes-generated")
                .put("providerType", "org.keycloak.keys.KeyProvider");
        next.put("parentId", old.get("parentId").textValue());
        next.putObject("config").putArray("priority").add("200");
        AdminApi.require(realm.admin().post("/realms/" + realm.name() + "/components", next), "new key");

        assertThat(realm.exchange(token).statusCode()).isEqualTo(200);
        String after = realm.tokensOf("teacher").get("access_token").textValue();
        assertThat(realm.exchange(after).statusCode()).isEqualTo(200);
    }

    @Test
    void givenTheKeyIsRemoved_thenTheUserMustSignIn_andTheLogSaysWhy() {
        AdminApi.require(
                realm.admin()
                        .delete("/realms/" + realm.name() + "/components/"
                                + aesKey().get("id").textValue()),
                "remove key");

        HttpResponse<String> answer = realm.exchange(token);

        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(Http.json(answer.body()).get("error").textValue()).isEqualTo("token_expired");
        assertThat(environment.logOf(realm))
                .anyMatch(line -> line.contains("is in no key source") && line.contains(" WARN "));
        String after = realm.tokensOf("student").get("access_token").textValue();
        assertThat(realm.exchange(after).statusCode()).isEqualTo(200);
    }

    private JsonNode aesKey() {
        JsonNode keys = realm.admin().get("/realms/" + realm.name() + "/components?type=org.keycloak.keys.KeyProvider");
        return StreamSupport.stream(keys.spliterator(), false)
                .filter(key -> "aes-generated".equals(key.get("providerId").textValue()))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no AES key in " + keys));
    }
}
