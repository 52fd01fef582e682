package io.github.k12sso.classlink.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.k12sso.classlink.Stub;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.keycloak.models.FederatedIdentityModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;
import org.keycloak.models.UserProvider;

class TokenVaultTest {

    private static final Instant NOW = Instant.parse("2026-11-23T08:00:00Z");

    private final RealmModel realm = Stub.of(RealmModel.class, Map.of());
    private final UserModel user = Stub.of(UserModel.class, Map.of());

    @Test
    void givenALiveToken_thenItIsHandedOut() throws TokenFailure {
        TokenSet tokens = new TokenSet("access", Optional.of("refresh"), NOW.plusSeconds(60));
        String record = vault(null).record(tokens);

        assertThat(vault(linkedWith(record)).open(realm, user)).isEqualTo(tokens);
    }

    @Test
    void givenATokenThatIsOver_thenItIsExpired() {
        String record = vault(null).record(new TokenSet("access", Optional.empty(), NOW.plusSeconds(5)));

        assertThatThrownBy(() -> vault(linkedWith(record)).open(realm, user)).isInstanceOf(TokenExpired.class);
    }

    @Test
    void givenARecordThatCannotBeRead_thenItIsExpired() {
        assertThatThrownBy(() -> vault(linkedWith("not json")).open(realm, user))
                .isInstanceOf(TokenExpired.class);
    }

    @Test
    void givenNoLink_thenTheUserIsNotLinked() {
        assertThatThrownBy(() -> vault(null).open(realm, user)).isInstanceOf(NotLinked.class);
    }

    @ParameterizedTest
    @NullSource
    @ValueSource(strings = {"", " "})
    void givenALinkWithoutARecord_thenTheUserIsNotLinked(String record) {
        assertThatThrownBy(() -> vault(linkedWith(record)).open(realm, user)).isInstanceOf(NotLinked.class);
    }

    private static FederatedIdentityModel linkedWith(String record) {
        return new FederatedIdentityModel("district-login", "1516492", "4801508017.2", record);
    }

    private TokenVault vault(FederatedIdentityModel link) {
        UserProvider users = Stub.of(UserProvider.class, Map.of("getFederatedIdentity", arguments -> {
            assertThat(arguments).containsExactly(realm, user, "district-login");
            return link;
        }));
        KeycloakSession session = Stub.of(KeycloakSession.class, Map.of("users", arguments -> users));
        return new TokenVault(session, "district-login", Clock.fixed(NOW, ZoneOffset.UTC));
    }
}
