package io.github.k12sso.classlink.it.idp;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.JWTParser;
import io.github.k12sso.classlink.it.support.TestEnvironment;
import io.github.k12sso.classlink.it.support.TestRealm;
import io.github.k12sso.classlink.it.support.WebPage;
import io.github.k12sso.classlink.it.support.WithTestEnvironment;
import java.net.URI;
import java.text.ParseException;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** An app sends max_age, and the provider passes it on to ClassLink. */
@WithTestEnvironment
class RecentLoginIT {

    private TestEnvironment environment;
    private TestRealm realm;

    @BeforeEach
    void aRealmThatPassesOnMaxAge(TestEnvironment testEnvironment) {
        environment = testEnvironment;
        realm = environment.newRealm();
        realm.configure("passMaxAge", "true");
    }

    @Test
    void aRecentLoginSucceedsAndTheAppGetsAuthTime() throws ParseException {
        long authTime = Instant.now().getEpochSecond() - 120;
        classLinkSays(authTime);

        JsonNode tokens = realm.redeem(signIn("600"), TestRealm.APP, TestRealm.APP_SECRET);

        assertThat(JWTParser.parse(tokens.get("id_token").textValue())
                        .getJWTClaimsSet()
                        .getLongClaim("auth_time"))
                .isEqualTo(authTime);
    }

    @Test
    void anOlderLoginIsRefused() {
        classLinkSays(Instant.now().getEpochSecond() - 660);

        assertRefused(signIn("600"));
    }

    @Test
    void aLoginWithoutAuthTimeIsRefused() {
        classLinkSays(null);

        assertRefused(signIn("600"));
    }

    @Test
    void withoutAnIdTokenTheLoginIsRefused() {
        realm.configure("requireIdToken", "false");

        assertRefused(signIn("600"));
    }

    @Test
    void withoutMaxAgeAnyLoginIsAccepted() {
        classLinkSays(null);

        assertThat(realm.login(realm.newBrowser(), "student").handedToApp()).containsKey("code");
    }

    private void classLinkSays(Long authTime) {
        environment
                .classLink()
                .issueIdTokensWith(draft -> draft.sign(new JWTClaimsSet.Builder(draft.claims())
                        .claim("auth_time", authTime)
                        .build()));
    }

    private WebPage signIn(String maxAge) {
        URI request =
                realm.loginRequest(TestRealm.APP, "openid", Map.of("kc_idp_hint", TestRealm.ALIAS, "max_age", maxAge));
        return realm.login(realm.newBrowser(), "student", request);
    }

    private void assertRefused(WebPage page) {
        assertThat(page.status()).isEqualTo(502);
        assertThat(realm.state().failureOn(page).at("/details/reason").textValue())
                .isEqualTo("id_token_auth_time");
        assertThat(realm.state().sessions()).isZero();
    }
}
