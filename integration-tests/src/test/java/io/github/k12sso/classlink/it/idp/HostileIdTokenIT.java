package io.github.k12sso.classlink.it.idp;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.nimbusds.jwt.JWTClaimsSet;
import io.github.k12sso.classlink.it.support.TestEnvironment;
import io.github.k12sso.classlink.it.support.TestRealm;
import io.github.k12sso.classlink.it.support.WebPage;
import io.github.k12sso.classlink.it.support.WithTestEnvironment;
import io.github.k12sso.classlink.simulator.http.Endpoint;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Only an ID token that ClassLink issued for this client, login and time is accepted. */
@WithTestEnvironment
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class HostileIdTokenIT {

    private TestRealm realm;

    @BeforeAll
    void aRealm(TestEnvironment environment) {
        realm = environment.newRealm();
    }

    @ParameterizedTest
    @EnumSource
    void anInvalidIdTokenIsRefused(HostileIdTokens hostile, TestEnvironment environment) {
        environment.classLink().issueIdTokensWith(hostile.issuer());

        WebPage page = realm.login(realm.newBrowser(), "student");

        assertThat(page.status()).isEqualTo(502);
        assertThat(page.error()).contains("you are not signed in");
        assertThat(realm.state().users()).as("only the realm's local user").hasSize(1);
        assertThat(realm.state().sessions()).isZero();
        JsonNode event = realm.state().failureOn(page);
        assertThat(event.get("error").textValue()).isEqualTo("identity_provider_login_failure");
        assertThat(event.at("/details/identity_provider").textValue()).isEqualTo("classlink");
        assertThat(event.at("/details/reason").textValue()).isEqualTo(hostile.reason());
        assertThat(environment.logOf(realm))
                .filteredOn(line -> line.contains("Login with ClassLink failed"))
                .last()
                .asString()
                .contains("provider=classlink", "reference=" + page.reference(), "reason=" + hostile.reason());
    }

    @Test
    void aTrailingSlashOfTheIssuerIsIgnored(TestEnvironment environment) {
        TestRealm own = environment.newRealm();
        own.configure("issuer", environment.classLink().baseUrl() + "/");
        assertThat(own.login(own.newBrowser(), "student").handedToApp()).containsKey("code");

        own.configure("issuer", environment.classLink().baseUrl().toString());
        environment
                .classLink()
                .issueIdTokensWith(draft -> draft.sign(new JWTClaimsSet.Builder(draft.claims())
                        .issuer(environment.classLink().baseUrl() + "/")
                        .build()));
        assertThat(own.login(own.newBrowser(), "student").handedToApp()).containsKey("code");
    }

    @Test
    void aRotatedKeyIsFetchedOnce(TestEnvironment environment) {
        TestRealm own = environment.newRealm();
        own.tokensOf("student");
        environment.classLink().keys().rotate();
        environment.classLink().clearRequests();

        own.tokensOf("student");
        own.tokensOf("student");

        assertThat(environment.classLink().requests())
                .filteredOn(request -> request.endpoint() == Endpoint.JWKS)
                .hasSize(1);
    }
}
