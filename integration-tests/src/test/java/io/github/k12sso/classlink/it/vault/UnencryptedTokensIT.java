package io.github.k12sso.classlink.it.vault;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.k12sso.classlink.it.support.AdminApi;
import io.github.k12sso.classlink.it.support.Http;
import io.github.k12sso.classlink.it.support.TestEnvironment;
import io.github.k12sso.classlink.it.support.TestRealm;
import io.github.k12sso.classlink.it.support.WithTestEnvironment;
import java.net.http.HttpResponse;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/** An attacker with write access to the database replaces an encrypted token with an unencrypted one. */
@WithTestEnvironment
class UnencryptedTokensIT {

    @Test
    void areUsedDuringAMigrationOnly(TestEnvironment environment) {
        TestRealm realm = environment.newRealm();
        String app = realm.tokensOf("student").get("access_token").textValue();
        String user = realm.state().user("mira.fernwick.2").get("id").textValue();
        long tomorrow = Instant.now().getEpochSecond() + 86_400;
        assertThat(environment
                        .database()
                        .update("update federated_identity set token = "
                                + "'{\"access_token\":\"smuggled\",\"accessTokenExpiration\":" + tomorrow
                                + "}' where user_id = '" + user + "'"))
                .isEqualTo(1);
        AdminApi.require(
                realm.admin().post("/realms/" + realm.name() + "/clear-user-cache", Http.json("{}")), "clear cache");

        assertThat(token(realm.exchange(app)).textValue()).isEqualTo("smuggled");

        realm.configure("acceptUnencryptedTokens", "false");
        HttpResponse<String> refused = realm.exchange(app);

        assertThat(refused.statusCode()).isEqualTo(400);
        assertThat(Http.json(refused.body()).get("error").textValue()).isEqualTo("token_expired");
        assertThat(environment.logOf(realm))
                .anySatisfy(line -> assertThat(line).contains("does not accept unencrypted tokens"));
        String next = realm.tokensOf("student").get("access_token").textValue();
        assertThat(realm.exchange(next).statusCode()).isEqualTo(200);
    }

    private static JsonNode token(HttpResponse<String> answer) {
        return Http.json(answer.body()).path("access_token");
    }
}
