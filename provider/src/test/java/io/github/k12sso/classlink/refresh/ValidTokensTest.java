package io.github.k12sso.classlink.refresh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.k12sso.classlink.Stub;
import io.github.k12sso.classlink.http.Bulkheads;
import io.github.k12sso.classlink.http.TokenEndpointClient.TokenResponse;
import io.github.k12sso.classlink.profile.Profile;
import io.github.k12sso.classlink.refresh.ValidTokens.TokenLifetimes;
import io.github.k12sso.classlink.vault.KeyRing;
import io.github.k12sso.classlink.vault.KeySource;
import io.github.k12sso.classlink.vault.KeycloakCrypto;
import io.github.k12sso.classlink.vault.TokenSet;
import io.github.k12sso.classlink.vault.TokenUnavailable;
import io.github.k12sso.classlink.vault.TokenUnavailable.Reason;
import io.github.k12sso.classlink.vault.TokenVault;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
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

/** What needs no refresh. The rest is tested on servers. */
@ExtendWith(KeycloakCrypto.class)
class ValidTokensTest {

    private static final Instant NOW = Instant.parse("2026-11-23T08:00:00Z");
    private static final InstantSource CLOCK = InstantSource.fixed(NOW);
    private static final TokenLifetimes LIFETIMES = new TokenLifetimes(Duration.ofHours(24), Duration.ofSeconds(60));
    private static final KeyRing RING =
            KeyRing.parse("2026-08 " + Base64.getEncoder().encodeToString(new byte[32]));

    private final RealmModel realm =
            Stub.of(RealmModel.class, Map.of("getId", arguments -> "realm-1", "getName", arguments -> "district"));
    private final UserModel user = Stub.of(UserModel.class, Map.of());

    @Test
    void givenALiveToken_thenItIsHandedOut() throws Exception {
        String record = record(null, answer("access", Optional.of("refresh"), 61));

        assertThat(tokens(linkedWith(record)).of(realm, user))
                .isEqualTo(new TokenSet("access", Optional.of("refresh"), NOW.plusSeconds(61), TokenSet.Source.STORED));
    }

    @Test
    void thenTheRecordShowsNothing() throws Exception {
        assertThat(record(null, answer("access-1", Optional.of("refresh-1"), 61)))
                .doesNotContain("access", "refresh")
                .startsWith("eyJ");
    }

    @Test
    void givenATokenThatIsAlmostOver_andNoRefreshToken_thenItIsHandedOutWhileItLives() throws Exception {
        String record = record(null, answer("access", Optional.empty(), 6));

        assertThat(tokens(linkedWith(record)).of(realm, user).accessToken()).isEqualTo("access");
    }

    @Test
    void givenATokenThatIsOver_andNoRefreshToken_thenItIsExpired() throws Exception {
        String record = record(null, answer("access", Optional.empty(), 5));

        assertThatThrownBy(() -> tokens(linkedWith(record)).of(realm, user))
                .isInstanceOfSatisfying(
                        TokenUnavailable.class, e -> assertThat(e.reason()).isEqualTo(Reason.EXPIRED));
    }

    @Test
    void givenALoginWithoutARefreshToken_thenTheOneBeforeIsKept() throws Exception {
        String first = record(null, answer("access-1", Optional.of("refresh-1"), 3600));

        String second = record(linkedWith(first), answer("access-2", Optional.empty(), 3600));

        assertThat(tokens(linkedWith(second)).of(realm, user))
                .isEqualTo(new TokenSet("access-2", Optional.of("refresh-1"), NOW.plusSeconds(3600)));
    }

    @Test
    void givenALoginWithARefreshToken_thenItReplacesTheOneBefore() throws Exception {
        String first = record(null, answer("access-1", Optional.of("refresh-1"), 3600));

        String second = record(linkedWith(first), answer("access-2", Optional.of("refresh-2"), 3600));

        assertThat(tokens(linkedWith(second)).of(realm, user).refreshToken()).contains("refresh-2");
    }

    @ParameterizedTest
    @ValueSource(strings = {"not json", "eyJ.a.b.c.d", "{}"})
    void givenARecordThatCannotBeRead_thenItIsExpired(String record) {
        assertThatThrownBy(() -> tokens(linkedWith(record)).of(realm, user))
                .isInstanceOfSatisfying(
                        TokenUnavailable.class, e -> assertThat(e.reason()).isEqualTo(Reason.EXPIRED));
    }

    @Test
    void givenARecordThatABuiltInProviderLeft_thenItIsRead() throws Exception {
        String record = "{\"access_token\":\"access\",\"accessTokenExpiration\":"
                + NOW.plusSeconds(600).getEpochSecond() + "}";

        assertThat(tokens(linkedWith(record)).of(realm, user).accessToken()).isEqualTo("access");
    }

    @Test
    void givenNoLink_thenTheUserIsNotLinked() {
        assertThatThrownBy(() -> tokens(null).of(realm, user))
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

    private static FederatedIdentityModel linkedWith(String record) {
        return new FederatedIdentityModel("district-login", "1516492", "4801508017.2", record);
    }

    private static TokenResponse answer(String accessToken, Optional<String> refreshToken, int seconds) {
        return new TokenResponse(accessToken, refreshToken, Optional.empty(), Optional.of(Duration.ofSeconds(seconds)));
    }

    private String record(FederatedIdentityModel before, TokenResponse answer) throws Exception {
        return vault(before).record(answer, student(), "1516492");
    }

    private static Profile student() throws Exception {
        return Profile.read((ObjectNode) json("{\"UserId\": 1516492, \"TenantId\": 2, \"Role\": \"Student\"}"));
    }

    private static Object json(String text) throws IOException {
        return new ObjectMapper().readTree(text);
    }

    private TokenVault vault(FederatedIdentityModel link) {
        return new TokenVault(
                session(link),
                "district-login",
                new KeySource(Optional.of(RING), Optional.empty()),
                null,
                LIFETIMES.unstated(),
                null,
                CLOCK);
    }

    private ValidTokens tokens(FederatedIdentityModel link) {
        return new ValidTokens(
                session(link),
                "district-login",
                vault(link),
                null,
                LIFETIMES,
                new RefreshesInFlight(new Bulkheads(Bulkheads.Places.of(50), CLOCK), CLOCK),
                CLOCK);
    }

    private KeycloakSession session(FederatedIdentityModel link) {
        UserProvider users = Stub.of(
                UserProvider.class,
                Map.of(
                        "getUserByFederatedIdentity",
                        arguments -> link == null ? null : user,
                        "getFederatedIdentity",
                        arguments -> {
                            assertThat(arguments).containsExactly(realm, user, "district-login");
                            return link;
                        }));
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
