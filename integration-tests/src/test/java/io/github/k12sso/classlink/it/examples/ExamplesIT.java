package io.github.k12sso.classlink.it.examples;

import io.github.k12sso.classlink.it.support.Full;
import io.github.k12sso.classlink.it.support.WithTestEnvironment;
import io.github.k12sso.classlink.it.support.machine.Installed;
import io.github.k12sso.classlink.it.support.machine.Needs;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Every app in {@code examples/}, one at a time. The tables in docs/develop/ list what is tested here. */
@Full // builds each app
@WithTestEnvironment
@Execution(ExecutionMode.SAME_THREAD)
class ExamplesIT {

    private static final String ERROR_AND_WAIT = "temporarily_unavailable 7";

    @Nested
    @Needs(Installed.MAVEN)
    class SpringBoot extends ExchangeTests {
        SpringBoot() {
            super("spring-boot", "/oauth2/authorization/keycloak", ERROR_AND_WAIT);
        }
    }

    @Nested
    @Needs(Installed.FLASK)
    class Flask extends ExchangeTests {
        Flask() {
            super("flask", "/", ERROR_AND_WAIT);
        }
    }

    @Nested
    @Needs(Installed.NODE)
    class Express extends ExchangeTests {
        Express() {
            super("express", "/", ERROR_AND_WAIT);
        }
    }

    @Nested
    @Needs(Installed.APACHE)
    class Apache extends ExampleTests {
        Apache() {
            super("apache", "/", "/roster/classes");
        }
    }

    @Nested
    @Needs(Installed.NODE)
    class NextJs extends ExchangeTests {
        NextJs() {
            super("nextjs", "/login", ERROR_AND_WAIT);
        }
    }

    /** Its OIDC client keeps the body of an error response but not the headers. */
    @Nested
    @Needs(Installed.MAVEN)
    class Quarkus extends ExchangeTests {
        Quarkus() {
            super("quarkus", "/", "temporarily_unavailable");
        }
    }
}
