package io.github.k12sso.classlink.it.idp;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.nimbusds.jwt.JWTClaimsSet;
import io.github.k12sso.classlink.it.support.OnTestBed;
import io.github.k12sso.classlink.it.support.Page;
import io.github.k12sso.classlink.it.support.TestBed;
import io.github.k12sso.classlink.it.support.TestRealm;
import io.github.k12sso.classlink.simulator.http.Endpoint;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** No id_token but ClassLink's own, for this client, this browser and this moment, signs anybody in. */
@OnTestBed
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class HostileIdTokenIT {

    private TestRealm realm;

    @BeforeAll
    void aRealm(TestBed bed) {
        realm = bed.newRealm();
    }

    @ParameterizedTest
    @EnumSource
    void signsNobodyIn(HostileIdTokens hostile, TestBed bed) {
        bed.classLink().issueIdTokensWith(hostile.issuer());

        Page page = realm.login(realm.newBrowser(), "student");

        assertThat(page.status()).isEqualTo(502);
        assertThat(page.error()).contains("you are not signed in");
        assertThat(realm.users()).as("only the realm's local user").hasSize(1);
        assertThat(realm.sessions()).isZero();
        JsonNode event = realm.failureOn(page);
        assertThat(event.get("error").textValue()).isEqualTo("identity_provider_login_failure");
        assertThat(event.at("/details/identity_provider").textValue()).isEqualTo("classlink");
        assertThat(event.at("/details/reason").textValue()).isEqualTo(hostile.reason());
        assertThat(bed.logOf(realm))
                .filteredOn(line -> line.contains("Login with ClassLink failed"))
                .last()
                .asString()
                .contains("provider=classlink", "reference=" + page.reference(), "reason=" + hostile.reason());
    }

    @Test
    void aTrailingSlashOfTheIssuerIsToleratedOnEitherSide(TestBed bed) {
        TestRealm own = bed.newRealm();
        own.configure("issuer", bed.classLink().baseUrl() + "/");
        assertThat(own.login(own.newBrowser(), "student").handedToApp()).containsKey("code");

        own.configure("issuer", bed.classLink().baseUrl().toString());
        bed.classLink()
                .issueIdTokensWith(draft -> draft.sign(new JWTClaimsSet.Builder(draft.claims())
                        .issuer(bed.classLink().baseUrl() + "/")
                        .build()));
        assertThat(own.login(own.newBrowser(), "student").handedToApp()).containsKey("code");
    }

    @Test
    void aRotatedKeyIsFetchedOnce(TestBed bed) {
        TestRealm own = bed.newRealm();
        own.tokensOf("student");
        bed.classLink().keys().rotate();
        bed.classLink().clearRequests();

        own.tokensOf("student");
        own.tokensOf("student");

        assertThat(bed.classLink().requests())
                .filteredOn(request -> request.endpoint() == Endpoint.JWKS)
                .hasSize(1);
    }
}
