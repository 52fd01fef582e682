package io.github.k12sso.classlink.it.idp;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.nimbusds.jwt.JWTClaimsSet;
import io.github.k12sso.classlink.it.support.Browser;
import io.github.k12sso.classlink.it.support.TestEnvironment;
import io.github.k12sso.classlink.it.support.TestRealm;
import io.github.k12sso.classlink.it.support.WebPage;
import io.github.k12sso.classlink.it.support.WithTestEnvironment;
import io.github.k12sso.classlink.simulator.http.Endpoint;
import io.github.k12sso.classlink.simulator.http.RecordedRequest;
import io.github.k12sso.classlink.simulator.runtime.PkceMode;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** Users sign in with ClassLink from a standard OIDC app and return to it. */
@WithTestEnvironment
class LoginIT {

    private TestEnvironment environment;
    private TestRealm realm;

    @BeforeEach
    void aRealm(TestEnvironment testEnvironment) {
        environment = testEnvironment;
        realm = environment.newRealm();
    }

    @Nested
    class AStudent {

        @Test
        void isCreatedAsAUserAtTheFirstLogin() {
            JsonNode tokens = realm.tokensOf("student");

            assertThat(tokens.get("id_token").textValue()).isNotBlank();
            JsonNode user = realm.state().user("mira.fernwick.2");
            assertThat(user.get("firstName").textValue()).isEqualTo("Mira");
            assertThat(user.get("lastName").textValue()).isEqualTo("Fernwick");
            assertThat(user.get("emailVerified").booleanValue()).isFalse();
            assertThat(realm.state().links(user)).singleElement().satisfies(link -> {
                assertThat(link.get("identityProvider").textValue()).isEqualTo("classlink");
                assertThat(link.get("userId").textValue()).isEqualTo("870001");
                assertThat(link.get("userName").textValue()).isEqualTo("mira.fernwick.2");
            });
        }

        @Test
        void staysTheSameUserAtTheSecondLogin() {
            realm.tokensOf("student");
            realm.tokensOf("student");

            assertThat(realm.state().users()).hasSize(2); // student and local user
        }

        @Test
        void takesTwoCallsOnceTheKeysAreCached() {
            realm.tokensOf("student");
            environment.classLink().clearRequests();
            realm.tokensOf("student");

            assertThat(environment.classLink().requests())
                    .extracting(RecordedRequest::endpoint)
                    .filteredOn(endpoint -> endpoint == Endpoint.TOKEN
                            || endpoint == Endpoint.MY_INFO
                            || endpoint == Endpoint.JWKS
                            || endpoint == Endpoint.DISCOVERY)
                    .containsExactly(Endpoint.TOKEN, Endpoint.MY_INFO);
        }

        @Test
        void needsNoEmail() {
            realm.tokensOf("student-without-email");

            assertThat(realm.state().user("nolan.nomail.2").has("email")).isFalse();
        }

        @Test
        void getsProfileFieldsFromKeycloaksOwnMappers() {
            realm.tokensOf("student");

            assertThat(realm.state()
                            .user("mira.fernwick.2")
                            .at("/attributes/classlink_tenant_name/0")
                            .textValue())
                    .isEqualTo(environment.classLink().persona("student").tenantName());
        }
    }

    @Test
    void equalLoginIdsInTwoDistrictsAreTwoUsers() {
        realm.tokensOf("twin-maple");
        realm.tokensOf("twin-harbor");

        assertThat(realm.state().users())
                .extracting(user -> user.get("username").textValue())
                .contains("jordan.samewise.2")
                .filteredOn(name -> name.startsWith("jordan.samewise."))
                .hasSize(2);
    }

    @Test
    void withABlankLoginIdGetsTheFallbackUsername() {
        environment.classLink().overrideProfile("student", profile -> profile.put("LoginId", ""));
        realm.tokensOf("student");

        assertThat(realm.state().users())
                .extracting(user -> user.get("username").textValue())
                .contains("classlink_u870001");
    }

    @Nested
    class TheRequestToClassLink {

        @Test
        void carriesStateNonceAndAPkceChallenge() {
            Browser browser = realm.newBrowser();
            realm.login(browser, "student");

            URI request = browser.visited().stream()
                    .filter(address -> address.getPath().equals("/oauth2/v2/auth"))
                    .findFirst()
                    .orElseThrow();
            Map<String, String> parameters = new WebPage(request, 0, "").parameters();
            assertThat(parameters)
                    .containsEntry("response_type", "code")
                    .containsEntry("client_id", TestRealm.CLASSLINK_CLIENT)
                    .containsEntry("redirect_uri", realm.callbackUrl().toString())
                    .containsEntry("scope", "openid profile email")
                    .containsEntry("code_challenge_method", "S256")
                    .containsKeys("state", "nonce", "code_challenge");
        }

        @Test
        void redeemsTheCodeOnceWithVerifierAndSecretInTheForm() {
            environment.classLink().pkce(PkceMode.REQUIRE);
            try {
                realm.tokensOf("student");
            } finally {
                environment.classLink().pkce(PkceMode.VERIFY);
            }

            assertThat(requests(Endpoint.TOKEN)).singleElement().satisfies(request -> {
                assertThat(request.parameters())
                        .containsEntry("grant_type", "authorization_code")
                        .containsEntry("redirect_uri", realm.callbackUrl().toString())
                        .containsEntry("client_id", TestRealm.CLASSLINK_CLIENT)
                        .containsEntry("client_secret", TestRealm.CLASSLINK_SECRET)
                        .containsKeys("code", "code_verifier");
                assertThat(headers(request)).doesNotContainKey("authorization");
            });
        }

        @Test
        void sendsTheSecretWithBasicIfConfigured() {
            realm.configure("clientAuthMethod", "client_secret_basic");
            realm.tokensOf("student");

            assertThat(requests(Endpoint.TOKEN)).singleElement().satisfies(request -> {
                assertThat(headers(request).get("authorization")).startsWith("Basic ");
                assertThat(request.parameters()).doesNotContainKey("client_secret");
            });
        }

        @Test
        void takesTheSecretFromKeycloaksVault() {
            environment.keepInVault(realm, "classlink-secret", TestRealm.CLASSLINK_SECRET);
            realm.configure("clientSecret", "${vault.classlink-secret}");

            realm.tokensOf("student");

            assertThat(requests(Endpoint.TOKEN))
                    .singleElement()
                    .satisfies(request -> assertThat(request.parameters())
                            .containsEntry("client_secret", TestRealm.CLASSLINK_SECRET));
        }

        @Test
        void keepsTheSecretWhenAnAdministratorSavesTheForm() {
            realm.configure(provider -> {
                // The masked value that the console received and sends back.
                assertThat(provider.at("/config/clientSecret").textValue()).isEqualTo("**********");
                ((ObjectNode) provider.get("config")).put("tokenLifetimeSeconds", "3600");
            });

            realm.tokensOf("student");

            assertThat(requests(Endpoint.TOKEN).get(0).parameters())
                    .containsEntry("client_secret", TestRealm.CLASSLINK_SECRET);
        }

        @Test
        void keepsTheVaultReferenceWhenAnAdministratorSavesTheForm() {
            environment.keepInVault(realm, "classlink-secret", TestRealm.CLASSLINK_SECRET);
            realm.configure("clientSecret", "${vault.classlink-secret}");
            realm.configure("tokenLifetimeSeconds", "3600");

            realm.tokensOf("student");

            assertThat(requests(Endpoint.TOKEN).get(0).parameters())
                    .containsEntry("client_secret", TestRealm.CLASSLINK_SECRET);
        }

        @Test
        void hasNoChallengeWhenPkceIsOff() {
            realm.configure("pkceEnabled", "false");
            Browser browser = realm.newBrowser();
            WebPage callback = realm.login(browser, "student");

            assertThat(callback.handedToApp()).containsKey("code");
            assertThat(requests(Endpoint.AUTHORIZE).get(0).parameters()).doesNotContainKey("code_challenge");
            assertThat(requests(Endpoint.TOKEN).get(0).parameters()).doesNotContainKey("code_verifier");
        }

        @Test
        void hasAUserAgentThatClassLinkAccepts() {
            realm.tokensOf("student");

            assertThat(requests(Endpoint.MY_INFO).get(0))
                    .satisfies(request -> assertThat(headers(request).get("user-agent"))
                            .startsWith("Mozilla/5.0 (compatible; keycloak-classlink"));
        }
    }

    @Nested
    class OtherProfileDocuments {

        @Test
        void openIdConnectUserinfo() {
            realm.configure("userInfoUrl", environment.classLink().baseUrl() + "/v2/my/profileinfo");
            realm.tokensOf("teacher");

            assertThat(realm.state().user("orla.thistledown.2").get("firstName").textValue())
                    .isEqualTo("Orla");
        }

        @Test
        void integrationGuideProfile() {
            environment.classLink().guideProfile(true);
            realm.configure(provider -> ((ObjectNode) provider.get("config"))
                    .put("userInfoUrl", environment.classLink().baseUrl() + "/v2/my/profile")
                    .put("usernameTemplate", "${email}"));
            realm.tokensOf("teacher");

            assertThat(realm.state()
                            .user("orla.thistledown@maplevalley.example")
                            .get("lastName")
                            .textValue())
                    .isEqualTo("Thistledown");
        }
    }

    @Nested
    class WithoutAnIdToken {

        @Test
        void plainOAuthTakesTheIdentityFromTheProfileOnly() {
            realm.configure(provider -> ((ObjectNode) provider.get("config"))
                    .put("requireIdToken", "false")
                    .put("defaultScope", "profile"));
            realm.tokensOf("student");

            assertThat(realm.state().user("mira.fernwick.2")).isNotNull();
            assertThat(requests(Endpoint.AUTHORIZE).get(0).parameters())
                    .containsEntry("scope", "profile")
                    .doesNotContainKey("nonce");
            assertThat(requests(Endpoint.JWKS)).isEmpty();
        }
    }

    @Nested
    class IdentityByTenantAndSourcedId {

        @BeforeEach
        void configured() {
            realm.configure("identityKey", "tenant-and-sourced-id");
        }

        @Test
        void linksByTenantAndSourcedId() {
            realm.tokensOf("student");

            assertThat(realm.state().links(realm.state().user("mira.fernwick.2")))
                    .singleElement()
                    .satisfies(
                            link -> assertThat(link.get("userId").textValue()).isEqualTo("2|4801508017"));
        }

        @Test
        void keepsTheUserWhenClassLinkIssuesANewUserId() {
            realm.tokensOf("student");
            environment
                    .classLink()
                    .issueIdTokensWith(draft -> draft.sign(new JWTClaimsSet.Builder(draft.claims())
                            .subject("999001")
                            .build()));
            environment.classLink().overrideProfile("student", profile -> profile.put("UserId", 999001));
            realm.tokensOf("student");

            assertThat(realm.state().users()).hasSize(2);
        }

        @Test
        void refusesUsersWithoutASourcedId() {
            WebPage page = realm.login(realm.newBrowser(), "user-without-sourcedid");

            assertThat(page.status()).isEqualTo(403);
            assertThat(page.error()).contains("no school id");
            assertThat(realm.state().failureOn(page).at("/details/reason").textValue())
                    .isEqualTo("identity_incomplete");
            assertThat(realm.state().users()).hasSize(1);
        }
    }

    @Nested
    class GivenAllowedDistricts {

        @Test
        void areAllAllowedByDefault() {
            assertThat(realm.login(realm.newBrowser(), "outsider").handedToApp())
                    .containsKey("code");
        }

        @Test
        void areRefusedUnlessListed() {
            realm.configure("allowedTenants", "2##4711");

            assertThat(realm.login(realm.newBrowser(), "student").handedToApp()).containsKey("code");
            WebPage refused = realm.login(realm.newBrowser(), "outsider");
            assertThat(refused.status()).isEqualTo(403);
            assertThat(refused.error()).contains("People from Willow Creek Academy can’t sign in here");
            assertThat(realm.state().failureOn(refused).at("/details/reason").textValue())
                    .isEqualTo("district_not_allowed");
            assertThat(realm.state().users())
                    .noneMatch(user -> user.get("username").textValue().startsWith("iris"));
        }
    }

    @Nested
    class KeycloaksEssentialClaim {

        @Test
        void allowsOnlyUsersWhoseProfileMatches() {
            realm.configure(provider -> ((ObjectNode) provider.get("config"))
                    .put("filteredByClaim", "true")
                    .put("claimFilterName", "Role")
                    .put("claimFilterValue", "Teacher|Tenant Administrator"));

            assertThat(realm.login(realm.newBrowser(), "teacher").handedToApp()).containsKey("code");
            WebPage refused = realm.login(realm.newBrowser(), "student");
            assertThat(refused.status()).isEqualTo(403);
            assertThat(refused.error()).contains("doesn’t have access to this app");
            assertThat(realm.state().failureOn(refused).at("/details/reason").textValue())
                    .isEqualTo("essential_claim_unmatched");
        }
    }

    private List<RecordedRequest> requests(Endpoint endpoint) {
        return environment.classLink().requests().stream()
                .filter(request -> request.endpoint() == endpoint)
                .toList();
    }

    private static Map<String, String> headers(RecordedRequest request) {
        Map<String, String> lowerCase = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        lowerCase.putAll(request.headers());
        return lowerCase;
    }
}
