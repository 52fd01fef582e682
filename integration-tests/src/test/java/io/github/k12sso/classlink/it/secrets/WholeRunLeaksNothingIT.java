package io.github.k12sso.classlink.it.secrets;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.k12sso.classlink.it.support.ClassOrder;
import io.github.k12sso.classlink.it.support.SecretSearch;
import io.github.k12sso.classlink.it.support.SecretSearch.Where;
import io.github.k12sso.classlink.it.support.TestEnvironment;
import io.github.k12sso.classlink.it.support.TestRealm;
import io.github.k12sso.classlink.it.support.WithTestEnvironment;
import io.github.k12sso.classlink.simulator.runtime.TokenMode;
import io.github.k12sso.classlink.simulator.secret.Secret;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;

/**
 * The last test of every run: stops the shared server and searches all output and responses of all servers for the secrets of
 * all tests. Realms with a built-in provider are excluded, because it stores tokens unencrypted.
 */
@WithTestEnvironment
@Tag("every-run")
@Order(ClassOrder.LAST)
@Isolated("ends the shared server")
class WholeRunLeaksNothingIT {

    private final SecretSearch search = SecretSearch.ofThisRun();

    @Test
    void noSecretLeakedDuringTheRun(TestEnvironment environment) throws IOException {
        environment.classLink().tokenMode(TokenMode.GUIDE);
        TestRealm realm = environment.newRealm();
        realm.exchange(realm.tokensOf("student").get("access_token").textValue());
        search.look(Where.METRICS, "the metrics page", environment.metrics());
        assertThat(environment.logFromTheStart())
                .as("Keycloak's access log (see docs/operate/token-vault.md) was searched")
                .containsPattern("\"GET /realms/[^/]+/broker/classlink/endpoint\" 30[23] ");
        assertThat(Files.readString(Path.of(System.getProperty("project.root"), "docs", "operate", "token-vault.md")))
                .contains("--http-access-log-pattern='" + TestEnvironment.ACCESS_LOG_PATTERN + "'");
        environment.endServer();

        assertThat(search.isFull()).as("some secrets were not searched").isFalse();
        assertThat(search.secrets())
                .extracting(Secret::type)
                .contains(
                        Secret.SecretType.CODE,
                        Secret.SecretType.PKCE_VERIFIER,
                        Secret.SecretType.ACCESS_TOKEN,
                        Secret.SecretType.REFRESH_TOKEN,
                        Secret.SecretType.ID_TOKEN,
                        Secret.SecretType.CLIENT_SECRET);
        assertThat(Where.values())
                .allSatisfy(where -> assertThat(search.searched(where))
                        .as(where + " searched")
                        .isGreaterThan(1000));
        assertThat(search.rightPlaces())
                .as("the search finds secrets where they are expected")
                .contains("ACCESS_TOKEN in ANSWERS", "CLIENT_SECRET in DATABASE");
        assertThat(search.findings()).isEmpty();
    }
}
