package io.github.k12sso.classlink.refresh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.k12sso.classlink.Stub;
import io.github.k12sso.classlink.http.Bulkheads;
import io.github.k12sso.classlink.http.TokenEndpointClient.TokenResponse;
import io.github.k12sso.classlink.profile.Profile;
import io.github.k12sso.classlink.profile.TenantAllowList;
import io.github.k12sso.classlink.refresh.ValidTokens.TokenLifetimes;
import io.github.k12sso.classlink.vault.KeySource;
import io.github.k12sso.classlink.vault.KeySource.KeyRing;
import io.github.k12sso.classlink.vault.TokenRecord.TokenSet;
import io.github.k12sso.classlink.vault.TokenUnavailable;
import io.github.k12sso.classlink.vault.TokenUnavailable.Reason;
import io.github.k12sso.classlink.vault.TokenVault;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.keycloak.models.FederatedIdentityModel;
import org.keycloak.models.KeyManager;
import org.keycloak.models.KeycloakContext;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;
import org.keycloak.models.UserProvider;

/** Cases without a refresh. Integration tests cover the others. */
class ValidTokensTest {

    private static final Instant NOW = Instant.parse("2026-11-23T08:00:00Z");
    private static final InstantSource CLOCK = InstantSource.fixed(NOW);
    private static final TokenLifetimes LIFETIMES = new TokenLifetimes(Duration.ofHours(24), Duration.ofSeconds(60));
    private static final KeyRing RING =
            KeyRing.parse("2026-08 " + Base64.getEncoder().encodeToString(new byte[32]));

    private static final String PLAIN = "{\"access_token\":\"access\",\"accessTokenExpiration\":"
            + NOW.plusSeconds(600).getEpochSecond() + "}";

    private String allowed;
    private boolean acceptsPlain = true;
    private final RealmModel realm =
            Stub.of(RealmModel.class, Map.of("getId", arguments -> "realm-1", "getName", arguments -> "district"));
    private final UserModel user = Stub.of(UserModel.class, Map.of());

    @Test
    void givenAValidToken_thenItIsReturned() throws Exception {
        String record = record(null, answer("access", Optional.of("refresh"), 61));

        assertThat(tokens(linkedWith(record)).of(realm, user))
                .isEqualTo(new TokenSet("access", Optional.of("refresh"), NOW.plusSeconds(61), TokenSet.Source.STORED));
    }

    @Test
    void thenTheRecordContainsNoPlainTextToken() throws Exception {
        assertThat(record(null, answer("access-1", Optional.of("refresh-1"), 61)))
                .doesNotContain("access", "refresh")
                .startsWith("eyJ");
    }

    @Test
    void givenATokenAboutToExpireWithoutARefreshToken_thenItIsReturnedUntilItExpires() throws Exception {
        String record = record(null, answer("access", Optional.empty(), 6));

        assertThat(tokens(linkedWith(record)).of(realm, user).accessToken()).isEqualTo("access");
    }

    @Test
    void givenAnExpiredTokenWithoutARefreshToken_thenTheUserMustSignIn() throws Exception {
        String record = record(null, answer("access", Optional.empty(), 5));

        assertThatThrownBy(() -> tokens(linkedWith(record)).of(realm, user))
                .isInstanceOfSatisfying(
                        TokenUnavailable.class, e -> assertThat(e.reason()).isEqualTo(Reason.EXPIRED));
    }

    @Test
    void givenALoginWithoutARefreshToken_thenTheStoredOneIsKept() throws Exception {
        String first = record(null, answer("access-1", Optional.of("refresh-1"), 3600));

        String second = record(linkedWith(first), answer("access-2", Optional.empty(), 3600));

        assertThat(tokens(linkedWith(second)).of(realm, user))
                .isEqualTo(new TokenSet("access-2", Optional.of("refresh-1"), NOW.plusSeconds(3600)));
    }

    @Test
    void givenALoginWithARefreshToken_thenItReplacesTheStoredOne() throws Exception {
        String first = record(null, answer("access-1", Optional.of("refresh-1"), 3600));

        String second = record(linkedWith(first), answer("access-2", Optional.of("refresh-2"), 3600));

        assertThat(tokens(linkedWith(second)).of(realm, user).refreshToken()).contains("refresh-2");
    }

    @ParameterizedTest
    @ValueSource(strings = {"not json", "eyJ.a.b.c.d", "{}"})
    void givenAnUnreadableRecord_thenTheTokenCountsAsExpired(String record) {
        assertThatThrownBy(() -> tokens(linkedWith(record)).of(realm, user))
                .isInstanceOfSatisfying(
                        TokenUnavailable.class, e -> assertThat(e.reason()).isEqualTo(Reason.EXPIRED));
    }

    @Test
    void givenARecordOfABuiltInProvider_thenItIsRead() throws Exception {
        assertThat(tokens(linkedWith(PLAIN)).of(realm, user).accessToken()).isEqualTo("access");
    }

    @Test
    void givenNoLink_thenTheUserIsNotLinked() {
        assertThatThrownBy(() -> tokens(List.of()).of(realm, user))
                .isInstanceOfSatisfying(
                        TokenUnavailable.class, e -> assertThat(e.reason()).isEqualTo(Reason.NOT_LINKED));
    }

    @ParameterizedTest
    @NullSource
    @ValueSource(strings = {"", " "})
    void givenALinkWithoutARecord_thenTheUserIsNotLinked(String record) {
        assertThatThrownBy(() -> tokens(linkedWith(record)).of(realm, user))
                .isInstanceOfSatisfying(
                        TokenUnavailable.class, e -> assertThat(e.reason()).isEqualTo(Reason.NOT_LINKED));
    }

    // ---- several aliases -------------------------------------------------------------------------------------------

    @Test
    void givenALoginWithAnotherAlias_thenItsTokenIsReturned() throws Exception {
        FederatedIdentityModel tile =
                under("tile", "1516492", record("tile", NOW, answer("access", Optional.empty(), 61)));

        assertThat(tokens(List.of(tile)).of(realm, user).accessToken()).isEqualTo("access");
    }

    @Test
    void givenLoginsWithTwoAliases_thenTheNewestTokenIsReturned() throws Exception {
        FederatedIdentityModel own = under(
                "district-login",
                "1516492",
                record("district-login", NOW.minusSeconds(3600), answer("older", Optional.empty(), 7200)));
        FederatedIdentityModel tile =
                under("tile", "1516492", record("tile", NOW.minusSeconds(60), answer("newer", Optional.empty(), 3600)));

        assertThat(tokens(List.of(own, tile)).of(realm, user).accessToken()).isEqualTo("newer");
        assertThat(tokens(List.of(tile, own)).of(realm, user).accessToken()).isEqualTo("newer");
    }

    @Test
    void givenTheNewestTokenHasExpired_thenTheOtherIsReturned() throws Exception {
        FederatedIdentityModel own = under(
                "district-login",
                "1516492",
                record("district-login", NOW.minusSeconds(3600), answer("older", Optional.empty(), 7200)));
        FederatedIdentityModel tile =
                under("tile", "1516492", record("tile", NOW.minusSeconds(60), answer("newer", Optional.empty(), 30)));

        assertThat(tokens(List.of(own, tile)).of(realm, user).accessToken()).isEqualTo("older");
    }

    @Test
    void givenTheOtherAliasHasAnotherAccount_thenItsTokenIsNotReturned() throws Exception {
        FederatedIdentityModel own = under("district-login", "1516492", null);
        FederatedIdentityModel tile =
                under("tile", "870001", record("tile", NOW, answer("access", Optional.empty(), 61)));

        assertThatThrownBy(() -> tokens(List.of(own, tile)).of(realm, user))
                .isInstanceOfSatisfying(
                        TokenUnavailable.class, e -> assertThat(e.reason()).isEqualTo(Reason.NOT_LINKED));
    }

    @Test
    void givenAnAliasThatDoesNotShareTokens_thenItIsSkipped() throws Exception {
        FederatedIdentityModel other =
                under("link-only", "1516492", record("link-only", NOW, answer("access", Optional.empty(), 61)));

        assertThatThrownBy(() -> tokens(List.of(other)).of(realm, user))
                .isInstanceOfSatisfying(
                        TokenUnavailable.class, e -> assertThat(e.reason()).isEqualTo(Reason.NOT_LINKED));
    }

    // ---- settings that became more restrictive
    // -----------------------------------------------------------------------------

    @Test
    void givenADistrictThatIsNoLongerAllowed_thenNoTokenIsReturned() throws Exception {
        allowed = "2284";
        String record = record(null, answer("access", Optional.of("refresh"), 5));

        assertThatThrownBy(() -> tokens(linkedWith(record)).of(realm, user))
                .isInstanceOfSatisfying(
                        TokenUnavailable.class, e -> assertThat(e.reason()).isEqualTo(Reason.DISTRICT_NOT_ALLOWED));
        allowed = "2284##2";
        assertThat(vault(linkedWith(record)).findUsable(realm, user).tokens().accessToken())
                .isEqualTo("access");
    }

    @Test
    void givenTheUserMovedToADisallowedDistrict_thenAnOlderTokenIsNotReturned() throws Exception {
        allowed = "2284";
        FederatedIdentityModel older = under(
                "district-login",
                "1516492",
                vault("district-login", List.of(), InstantSource.fixed(NOW.minusSeconds(60)))
                        .record(answer("older", Optional.empty(), 3600), pupilOf(2284), "1516492", Optional.empty()));
        FederatedIdentityModel newer =
                under("tile", "1516492", record("tile", NOW, answer("newer", Optional.empty(), 3600)));

        assertThatThrownBy(() -> tokens(List.of(older, newer)).of(realm, user))
                .isInstanceOfSatisfying(
                        TokenUnavailable.class, e -> assertThat(e.reason()).isEqualTo(Reason.DISTRICT_NOT_ALLOWED));
    }

    @Test
    void givenAnUnencryptedTokenAndAnAllowList_thenTheUserMustSignIn() {
        allowed = "2";

        assertThatThrownBy(() -> tokens(linkedWith(PLAIN)).of(realm, user))
                .isInstanceOfSatisfying(
                        TokenUnavailable.class, e -> assertThat(e.reason()).isEqualTo(Reason.EXPIRED));
    }

    @Test
    void givenAnUnencryptedTokenAfterTheMigration_thenItIsNotRead() throws Exception {
        assertThat(tokens(linkedWith(PLAIN)).of(realm, user).accessToken()).isEqualTo("access");

        acceptsPlain = false;

        assertThatThrownBy(() -> tokens(linkedWith(PLAIN)).of(realm, user))
                .isInstanceOfSatisfying(
                        TokenUnavailable.class, e -> assertThat(e.reason()).isEqualTo(Reason.EXPIRED));
    }

    private static FederatedIdentityModel linkedWith(String record) {
        return new FederatedIdentityModel("district-login", "1516492", "4801508017.2", record);
    }

    private static TokenResponse answer(String accessToken, Optional<String> refreshToken, int seconds) {
        return new TokenResponse(accessToken, refreshToken, Optional.empty(), Optional.of(Duration.ofSeconds(seconds)));
    }

    private String record(FederatedIdentityModel before, TokenResponse answer) throws Exception {
        return vault(before)
                .record(
                        answer,
                        student(),
                        "1516492",
                        Optional.ofNullable(before).map(link -> user));
    }

    private static Profile student() throws Exception {
        return pupilOf(2);
    }

    private static Profile pupilOf(int district) throws Exception {
        return Profile.read(
                (ObjectNode) json("{\"UserId\": 1516492, \"TenantId\": " + district + ", \"Role\": \"Student\"}"));
    }

    private static Object json(String text) throws IOException {
        return new ObjectMapper().readTree(text);
    }

    private static FederatedIdentityModel under(String alias, String id, String record) {
        return new FederatedIdentityModel(alias, id, "4801508017.2", record);
    }

    private String record(String alias, Instant login, TokenResponse answer) throws Exception {
        return vault(alias, List.of(), InstantSource.fixed(login))
                .record(answer, student(), "1516492", Optional.empty());
    }

    private TokenVault vault(FederatedIdentityModel link) {
        return vault("district-login", Optional.ofNullable(link).stream().toList(), CLOCK);
    }

    private TokenVault vault(String alias, List<FederatedIdentityModel> links, InstantSource clock) {
        return new TokenVault(
                session(links),
                alias,
                new KeySource(Optional.of(RING), Optional.empty()),
                null,
                new TokenVault.Rules(
                        LIFETIMES.unstated(),
                        () -> TenantAllowList.parse(allowed),
                        () -> acceptsPlain,
                        other -> !other.equals("link-only")),
                null,
                clock);
    }

    private ValidTokens tokens(FederatedIdentityModel link) {
        return tokens(Optional.ofNullable(link).stream().toList());
    }

    private ValidTokens tokens(List<FederatedIdentityModel> links) {
        return new ValidTokens(
                session(links),
                vault("district-login", links, CLOCK),
                null,
                null,
                LIFETIMES,
                new RefreshesInFlight(new Bulkheads(Bulkheads.Places.of(50), CLOCK), CLOCK),
                CLOCK);
    }

    private KeycloakSession session(List<FederatedIdentityModel> links) {
        UserProvider users = Stub.of(
                UserProvider.class,
                Map.of(
                        "getUserByFederatedIdentity",
                        arguments -> links.isEmpty() ? null : user,
                        "getFederatedIdentity",
                        arguments -> links.stream()
                                .filter(link -> link.getIdentityProvider().equals(arguments[2]))
                                .findFirst()
                                .orElse(null),
                        "getFederatedIdentitiesStream",
                        arguments -> links.stream()));
        KeycloakContext context = Stub.of(KeycloakContext.class, Map.of("getRealm", arguments -> realm));
        KeyManager realmKeys = Stub.of(KeyManager.class, Map.of("getKey", arguments -> null));
        return Stub.of(
                KeycloakSession.class,
                Map.of(
                        "users", arguments -> users,
                        "getKeycloakSessionFactory", arguments -> null,
                        "getContext", arguments -> context,
                        "keys", arguments -> realmKeys));
    }
}
