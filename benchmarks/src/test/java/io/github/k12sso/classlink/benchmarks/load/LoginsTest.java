package io.github.k12sso.classlink.benchmarks.load;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.k12sso.classlink.simulator.ClassLinkSimulator;
import io.github.k12sso.classlink.simulator.SimulatorSettings;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs the load with ClassLink only, whose authorization request replaces the app's. */
class LoginsTest {

    @TempDir
    private Path work;

    @Test
    void onlyALoginThatReturnsACodeSucceeds() {
        try (ClassLinkSimulator classLink = ClassLinkSimulator.start(SimulatorSettings.defaults())) {
            classLink.registerClient("client", "secret", List.of("http://app.example/*"));
            Gatling gatling = new Gatling(work);

            Load right = gatling.run(Logins.class, job(classLink, "code"));
            Load wrong = gatling.run(Logins.class, job(classLink, "unheard-of"));

            assertThat(right.count()).isPositive();
            assertThat(right.failed()).isZero();
            assertThat(right.mean()).isPositive();
            assertThat(wrong.count()).isPositive();
            assertThat(wrong.failed()).isEqualTo(wrong.count());
        }
    }

    private static Logins.Job job(ClassLinkSimulator classLink, String responseType) {
        return new Logins.Job(
                URI.create(classLink.baseUrl() + "/oauth2/v2/auth?client_id=client&response_type=" + responseType
                        + "&redirect_uri=http://app.example/callback&scope=openid+profile&state=some"),
                classLink.baseUrl(),
                "maplevalley",
                List.of("student"),
                1,
                0,
                1,
                Optional.empty());
    }
}
