package io.github.k12sso.classlink.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.k12sso.classlink.Messages;
import io.github.k12sso.classlink.Stub;
import io.github.k12sso.classlink.http.AllowedHosts;
import io.github.k12sso.classlink.idp.ProfileJson;
import io.github.k12sso.classlink.profile.Profile;
import io.github.k12sso.classlink.profile.Profile.IdentityKey;
import io.github.k12sso.classlink.settings.Setting.RosterMode;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.keycloak.common.enums.SslRequired;
import org.keycloak.models.ClientModel;
import org.keycloak.models.IdentityProviderModel;
import org.keycloak.models.RealmModel;

/** Expected names, values and defaults are literals, because they are a public contract. */
class ClassLinkIdentityProviderConfigTest {

    private static final List<String> BLANKABLE = List.of(
            "authorizationUrl",
            "tokenUrl",
            "jwksUrl",
            "issuer",
            "userInfoUrl",
            "revocationUrl",
            "defaultScope",
            "pkceEnabled",
            "requireIdToken",
            "identityKey",
            "usernameTemplate",
            "allowedTenants",
            "tokenLifetimeSeconds",
            "tokenScope",
            "launchpadClient",
            "rosterMode",
            "rosterUrl",
            "partnerKey",
            "rosterScope",
            "clientAuthMethod",
            "allowedClockSkew");

    private final ClassLinkIdentityProviderConfig config =
            new ClassLinkIdentityProviderConfig(AllowedHosts.with("simulator.test"));

    @BeforeEach
    void clientId() {
        config.getConfig().put("clientId", "c1419343109521");
    }

    @Nested
    class GivenNothingButAClientId {

        @Test
        void thenEveryGetterReturnsItsDefault() {
            assertDefaults(config);
        }

        @Test
        void thenItIsValid() {
            assertValid();
        }
    }

    @Test
    void givenBlanks_thenTheyCountAsNotSet() {
        BLANKABLE.forEach(key -> config.getConfig().put(key, " "));

        assertDefaults(config);
        assertValid();
    }

    @Test
    void givenNulls_thenTheyCountAsNotSet() {
        BLANKABLE.forEach(key -> config.getConfig().put(key, null));

        assertDefaults(config);
        assertValid();
    }

    @Test
    void givenTheConsolesInitialValues_thenNothingChanges() {
        Setting.form().stream()
                .filter(property -> property.getDefaultValue() != null)
                .forEach(property -> config.getConfig()
                        .put(property.getName(), property.getDefaultValue().toString()));

        assertThat(config.getConfig()).hasSizeGreaterThan(10);
        assertDefaults(config);
        assertValid();
    }

    @Test
    void givenACopyOfTheModel_thenItIsReadTheSame() {
        config.getConfig().put("tokenScope", "other-scope");

        assertThat(new ClassLinkIdentityProviderConfig(new IdentityProviderModel(config), AllowedHosts.builtIn())
                        .getTokenScope())
                .isEqualTo("other-scope");
    }

    @Nested
    class GivenOtherValues {

        @ParameterizedTest
        @CsvSource({
            "authorizationUrl,https://x.classlink.com/a",
            "tokenUrl,https://x.classlink.io/t",
            "jwksUrl,http://simulator.test:9000/jwks",
            "userInfoUrl,https://x.oneroster.com/me",
            "revocationUrl,https://x.rosterserver.com/revoke",
            "issuer,https://x.classlink.com/",
            "identityKey,tenant-and-sourced-id",
            "usernameTemplate,${email}",
            "allowedTenants,2284##4957",
            "tokenLifetimeSeconds,60",
            "tokenLifetimeSeconds,31536000",
            "tokenScope,other-scope",
            "requireIdToken,false",
            "requireIdToken,FALSE",
            "pkceEnabled,false",
            "clientAuthMethod,client_secret_basic",
            "launchpadClient,roster-app",
            "launchpadClient,imported-after-the-provider",
            "rosterMode,off",
            "rosterMode,user-token",
            "rosterUrl,https://x.oneroster.com/base",
            "partnerKey,${vault.partner}",
            "rosterScope,other-scope",
            "allowedClockSkew,0",
            "allowedClockSkew,300"
        })
        void thenTheyAreValid(String key, String value) {
            withSslRequired(SslRequired.NONE, key, value);
        }

        @Test
        void thenTheyAreUsed() {
            config.getConfig()
                    .putAll(Map.of(
                            "identityKey", "tenant-and-sourced-id",
                            "tokenLifetimeSeconds", "3600",
                            "allowedClockSkew", "5",
                            "revocationUrl", " https://x.classlink.com/revoke ",
                            "requireIdToken", "false",
                            "pkceEnabled", "false",
                            "pkceMethod", "plain",
                            "validateSignature", "false",
                            "useJwksUrl", "false",
                            "disableUserInfo", "true"));

            assertThat(config.getIdentityKey()).isEqualTo(IdentityKey.TENANT_AND_SOURCED_ID);
            assertThat(config.getTokenLifetime()).isEqualTo(Duration.ofHours(1));
            assertThat(config.getAllowedClockSkew()).isEqualTo(5);
            assertThat(config.getRevocationUrl()).contains("https://x.classlink.com/revoke");
            assertThat(config.isRequireIdToken()).isFalse();
            assertThat(config.isDisableNonce()).isTrue();
            assertThat(config.isPkceEnabled()).isFalse();
        }

        @Test
        void thenTilesAndRostersAreSetUp() {
            config.getConfig()
                    .putAll(Map.of(
                            "launchpadClient", "roster-app",
                            "rosterMode", "partner-key",
                            "rosterUrl", " https://x.oneroster.com ",
                            "partnerKey", " ${vault.partner} ",
                            "rosterScope", "other-scope"));

            assertThat(config.getLaunchpadClient()).contains("roster-app");
            assertThat(config.getRosterMode()).isEqualTo(RosterMode.PARTNER_KEY);
            assertThat(config.getRosterUrl()).isEqualTo("https://x.oneroster.com");
            assertThat(config.getPartnerKey()).contains("${vault.partner}");
            assertThat(config.getRosterScope()).isEqualTo("other-scope");
            assertValid();
        }

        @Test
        void thenRostersWithDistrictKeysNeedNoOtherSetting() {
            config.getConfig().put("rosterMode", "district-key");

            assertThat(config.getRosterMode()).isEqualTo(RosterMode.DISTRICT_KEY);
            assertThat(config.getDistrictKeys()).contains("${vault.classlink-district}");
            assertValid();
            config.getConfig().put("districtKeys", "${vault.districts}");
            assertThat(config.getDistrictKeys()).contains("${vault.districts}");
            assertValid();
        }

        @Test
        void thenVerificationCannotBeSwitchedOff() {
            config.getConfig()
                    .putAll(Map.of(
                            "pkceMethod", "plain",
                            "validateSignature", "false",
                            "useJwksUrl", "false",
                            "disableUserInfo", "true",
                            "disableNonce", "true",
                            "supportsClientAssertions", "true",
                            "jwtAuthorizationGrantEnabled", "true"));

            assertThat(config.getPkceMethod()).isEqualTo("S256");
            assertThat(config.isValidateSignature()).isTrue();
            assertThat(config.isUseJwksUrl()).isTrue();
            assertThat(config.isDisableUserInfoService()).isFalse();
            assertThat(config.isDisableNonce()).isFalse();
            assertThat(config.isSupportsClientAssertions()).isFalse();
            assertThat(config.isJWTAuthorizationGrantEnabled()).isFalse();
        }

        private void withSslRequired(SslRequired sslRequired, String key, String value) {
            config.getConfig().put(key, value);
            assertThatCode(() -> config.validate(realm(sslRequired))).doesNotThrowAnyException();
        }
    }

    @Nested
    class GivenScopes {

        @ParameterizedTest
        @CsvSource({
            "'openid profile email','openid profile email'",
            "'openid,profile,oneroster','openid profile oneroster'",
            "' openid , profile   openid,,full ','openid profile full'"
        })
        void thenCommasAndSpacesBothSeparate(String setting, String scopes) {
            config.getConfig().put("defaultScope", setting);

            assertThat(config.getDefaultScope()).isEqualTo(scopes);
        }

        @ParameterizedTest
        @CsvSource(
                value = {"NULL,'profile email'", "'openid,profile',profile", "'profile oneroster','profile oneroster'"},
                nullValues = "NULL")
        void givenNoIdTokenIsRequired_thenOpenidIsNotRequested(String setting, String scopes) {
            config.getConfig().put("requireIdToken", "false");
            config.getConfig().put("defaultScope", setting);

            // The constructor of Keycloak's OIDCIdentityProvider does the same.
            config.setDefaultScope(("openid " + config.getDefaultScope()).trim());

            assertThat(config.getDefaultScope()).isEqualTo(scopes);
        }
    }

    @Nested
    class GivenAnInvalidValue {

        @ParameterizedTest
        @ValueSource(strings = {"authorizationUrl", "tokenUrl", "jwksUrl", "userInfoUrl", "revocationUrl", "rosterUrl"})
        void givenADisallowedHost_thenTheMessageNamesItAndTheAllowedHosts(String key) {
            assertRefused(
                    key,
                    "https://login.example.org/oauth2",
                    "names the host login.example.org, which is not allowed",
                    "classlink.com, classlink.io",
                    "--spi-social--classlink--allowed-hosts=login.example.org");
        }

        @ParameterizedTest
        @ValueSource(strings = {"authorizationUrl", "tokenUrl", "jwksUrl", "userInfoUrl", "revocationUrl", "rosterUrl"})
        void givenHttp_thenTheMessageAsksForHttps(String key) {
            assertRefused(key, "http://launchpad.classlink.com/oauth2", "must start with https://");
        }

        @ParameterizedTest
        @ValueSource(strings = {"authorizationUrl", "tokenUrl", "jwksUrl", "userInfoUrl", "revocationUrl", "rosterUrl"})
        void givenAPartialUrl_thenTheMessageShowsACompleteOne(String key) {
            assertRefused(
                    key,
                    "launchpad.classlink.com/oauth2",
                    "must be a complete URL such as https://launchpad.classlink.com/");
        }

        static Stream<List<String>> wrongValues() {
            return Stream.of(
                    List.of("identityKey", "email", "must be one of user-id, tenant-and-sourced-id"),
                    List.of("identityKey", "USER_ID", "must be one of user-id, tenant-and-sourced-id"),
                    List.of("usernameTemplate", "${loginId}", "unknown placeholder", "${login_id}"),
                    List.of("usernameTemplate", "student", "at least one placeholder", "${login_id}"),
                    List.of("usernameTemplate", "${login_id} ${tenant_id}", "letters, digits", "${login_id}"),
                    List.of("allowedTenants", "Example Schools", "number per district, such as 2284"),
                    List.of("allowedTenants", "2284,4957", "number per district, such as 2284"),
                    List.of("allowedTenants", "maplevalley", "\"maplevalley\"", "number per district, such as 2284"),
                    List.of(
                            "allowedTenants",
                            "2284##maple-valley",
                            "\"maple-valley\"",
                            "number per district, such as 2284"),
                    List.of("issuer", "launchpad.classlink.com", "\"launchpad.classlink.com\"", "https://"),
                    List.of("issuer", "https://launch pad", "\"https://launch pad\""),
                    List.of("rosterUrl", "https://x.oneroster.com/ims/oneroster/v1p1", "/v1p1\"", "must end before"),
                    List.of("tokenLifetimeSeconds", "0", "from 60 to 31536000"),
                    List.of("tokenLifetimeSeconds", "59", "from 60 to 31536000"),
                    List.of("tokenLifetimeSeconds", "31536001", "from 60 to 31536000"),
                    List.of("tokenLifetimeSeconds", "abc", "whole number"),
                    List.of("tokenLifetimeSeconds", "-60", "whole number"),
                    List.of("tokenLifetimeSeconds", "24h", "whole number"),
                    List.of("tokenLifetimeSeconds", "99999999999999999999", "from 60 to 31536000"),
                    List.of("clientAuthMethod", "private_key_jwt", "client_secret_post or client_secret_basic"),
                    List.of("clientAuthMethod", "tls_client_auth", "client_secret_post or client_secret_basic"),
                    List.of("requireIdToken", "yes", "true or false"),
                    List.of("pkceEnabled", "1", "true or false"),
                    List.of("tokenScope", "classlink token", "one client scope, without spaces"),
                    List.of("rosterScope", "classlink roster", "one client scope, without spaces"),
                    List.of("rosterMode", "on", "must be one of off, user-token, partner-key, district-key"),
                    List.of("partnerKey", "${vault.}", "reference", "${vault.classlink-partner-key}"),
                    List.of("partnerKey", "x ${vault.a}", "reference", "${vault.classlink-partner-key}"),
                    List.of("districtKeys", "the key", "reference", "${vault.classlink-district}"),
                    List.of("launchpadClient", "saml-app", "an OpenID Connect client that is enabled"),
                    List.of("launchpadClient", "closed-app", "an OpenID Connect client that is enabled"));
        }

        @ParameterizedTest
        @MethodSource("wrongValues")
        void thenTheMessageNamesTheFieldAndSaysWhatToEnter(List<String> wrong) {
            assertRefused(
                    wrong.get(0), wrong.get(1), wrong.subList(2, wrong.size()).toArray(String[]::new));
        }

        @Test
        void givenSemicolonsBetweenScopes_thenTheMessageShowsThem() {
            config.getConfig().put("defaultScope", "openid;profile");

            assertThatIllegalArgumentException()
                    .isThrownBy(() -> config.validate(realm(SslRequired.EXTERNAL)))
                    .withMessageStartingWith("Scopes must be names separated by spaces")
                    .withMessageEndingWith("\"openid;profile\"");
        }

        @Test
        void givenSpacesAroundAValue_thenTheyAreNotStored() {
            config.getConfig().put("clientId", " classlink-client\n");
            config.getConfig().put("clientSecret", "\ts3cret ");
            config.validate(realm(SslRequired.EXTERNAL));

            assertThat(config.getConfig())
                    .containsEntry("clientId", "classlink-client")
                    .containsEntry("clientSecret", "s3cret");
        }

        @Test
        void givenThePartnerKeyItself_thenTheMessageDoesNotRepeatIt() {
            config.getConfig().put("partnerKey", "pk-4711-secret");

            assertThatIllegalArgumentException()
                    .isThrownBy(() -> config.validate(realm(SslRequired.EXTERNAL)))
                    .satisfies(refused -> assertThat(refused.getMessage())
                            .startsWith("Roster: partner key ")
                            .doesNotContain("4711"));
        }

        @Test
        void givenPartnerKeyRostersWithoutAKey_thenTheMessageAsksForIt() {
            config.getConfig().put("rosterMode", "partner-key");

            assertThatIllegalArgumentException()
                    .isThrownBy(() -> config.validate(realm(SslRequired.EXTERNAL)))
                    .withMessageStartingWith("Roster: partner key is missing")
                    .withMessageContaining("${vault.classlink-partner-key}");
        }

        @Test
        void givenAClockSkewOutOfRange_thenTheMessageNamesKeycloaksField() {
            config.getConfig().put("allowedClockSkew", "301");

            assertThatIllegalArgumentException()
                    .isThrownBy(() -> config.validate(realm(SslRequired.EXTERNAL)))
                    .withMessage("Protocol: allowed clock skew (seconds) must be a whole number from 0 to 300");
        }

        @ParameterizedTest
        @CsvSource(
                value = {"NULL", "''", "' '"},
                nullValues = "NULL")
        void givenNoClientId_thenTheMessageSaysWhereToFindIt(String clientId) {
            config.getConfig().put("clientId", clientId);

            assertThatIllegalArgumentException()
                    .isThrownBy(() -> config.validate(realm(SslRequired.EXTERNAL)))
                    .withMessage("Client ID is missing. Enter the OAuth2 client ID of your app from ClassLink's "
                            + "Partner Portal");
        }

        private void assertRefused(String key, String value, String... parts) {
            config.getConfig().put(key, value);

            assertThatIllegalArgumentException()
                    .isThrownBy(() -> config.validate(realm(SslRequired.EXTERNAL)))
                    .satisfies(refused -> assertThat(refused.getMessage())
                            .startsWith(label(key) + " ")
                            .contains(Arrays.asList(parts)));
        }
    }

    private void assertValid() {
        assertThatCode(() -> config.validate(realm(SslRequired.EXTERNAL))).doesNotThrowAnyException();
    }

    private static void assertDefaults(ClassLinkIdentityProviderConfig config) {
        assertThat(config.getAuthorizationUrl()).isEqualTo("https://launchpad.classlink.com/oauth2/v2/auth");
        assertThat(config.getTokenUrl()).isEqualTo("https://launchpad.classlink.com/oauth2/v2/token");
        assertThat(config.getJwksUrl()).isEqualTo("https://launchpad.classlink.com/oauth2/v2/jwks");
        assertThat(config.getIssuer()).isEqualTo("https://launchpad.classlink.com");
        assertThat(config.getUserInfoUrl()).isEqualTo("https://nodeapi.classlink.com/v2/my/info");
        assertThat(config.getRevocationUrl()).isEmpty();
        assertThat(config.getDefaultScope()).isEqualTo("openid profile email");
        assertThat(config.isPkceEnabled()).isTrue();
        assertThat(config.getPkceMethod()).isEqualTo("S256");
        assertThat(config.isRequireIdToken()).isTrue();
        assertThat(config.isDisableNonce()).isFalse();
        assertThat(config.getIdentityKey()).isEqualTo(IdentityKey.USER_ID);
        assertThat(config.getUsernameTemplate().apply(student())).contains("4801508017.2");
        assertThat(config.getAllowedTenants().admits(student())).isTrue();
        assertThat(config.getTokenLifetime()).isEqualTo(Duration.ofDays(1));
        assertThat(config.getTokenScope()).isEqualTo("classlink-token");
        assertThat(config.getLaunchpadClient()).isEmpty();
        assertThat(config.getRosterMode()).isEqualTo(RosterMode.OFF);
        assertThat(config.getRosterUrl()).isEqualTo("https://oneroster-proxy.apis.classlink.com");
        assertThat(config.getPartnerKey()).isEmpty();
        assertThat(config.getRosterScope()).isEqualTo("classlink-roster");
        assertThat(config.isBasicAuthentication()).isFalse();
        assertThat(config.getClientAuthMethod()).isEqualTo("client_secret_post");
        assertThat(config.getAllowedClockSkew()).isEqualTo(30);
    }

    private static Profile student() {
        return ProfileJson.of("{\"UserId\": 1516492, \"TenantId\": 2, \"LoginId\": \"4801508017\"}");
    }

    private static String label(String key) {
        return Setting.form().stream()
                .filter(property -> property.getName().equals(key))
                .map(property -> Messages.english().get(property.getLabel()))
                .findFirst()
                .orElseThrow();
    }

    private static RealmModel realm(SslRequired sslRequired) {
        return Stub.of(
                RealmModel.class,
                Map.of(
                        "getSslRequired", arguments -> sslRequired,
                        "getClientByClientId", arguments -> clients().get((String) arguments[0])));
    }

    private static Map<String, ClientModel> clients() {
        return Map.of(
                "roster-app", client(true, "openid-connect"),
                "closed-app", client(false, "openid-connect"),
                "saml-app", client(true, "saml"));
    }

    private static ClientModel client(boolean enabled, String protocol) {
        return Stub.of(
                ClientModel.class, Map.of("isEnabled", arguments -> enabled, "getProtocol", arguments -> protocol));
    }
}
