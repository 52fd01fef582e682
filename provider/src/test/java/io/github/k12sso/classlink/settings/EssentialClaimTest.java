package io.github.k12sso.classlink.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.k12sso.classlink.settings.SettingValues.EssentialClaim;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.keycloak.broker.oidc.OIDCIdentityProviderConfig;
import org.keycloak.models.IdentityProviderModel;
import org.keycloak.representations.JsonWebToken;

class EssentialClaimTest {

    private final ObjectNode profile = new ObjectMapper().createObjectNode();
    private final JsonWebToken idToken = new JsonWebToken();

    @Test
    void givenTheSettingIsOff_thenNothingIsRequired() {
        assertThat(EssentialClaim.of(new OIDCIdentityProviderConfig())).isEmpty();
    }

    @Test
    void givenTheClaimInTheIdToken_thenTheProfileIsIgnored() {
        idToken.getOtherClaims().put("role", List.of("Student", "Helper"));
        profile.put("role", "Teacher");

        assertThat(claim("role", "Student").isSatisfiedBy(idToken, profile)).isTrue();
        assertThat(claim("role", "Teacher").isSatisfiedBy(idToken, profile)).isFalse();
    }

    @Test
    void givenTheClaimInTheProfileOnly_thenItIsUsed() {
        profile.put("TenantId", 2284).putArray("OrgId").add("7").add("8");

        assertThat(claim("TenantId", "22..").isSatisfiedBy(idToken, profile)).isTrue();
        assertThat(claim("OrgId", "8").isSatisfiedBy(null, profile)).isTrue();
        assertThat(claim("OrgId", "9").isSatisfiedBy(null, profile)).isFalse();
    }

    @Test
    void givenAnAbsentOrNullClaim_thenNoExpressionMatchesIt() {
        profile.putNull("Role").putObject("Nested");

        assertThat(claim("Role", ".*").isSatisfiedBy(idToken, profile)).isFalse();
        assertThat(claim("Nested", ".*").isSatisfiedBy(idToken, profile)).isFalse();
        assertThat(claim("Other", ".*").isSatisfiedBy(idToken, profile)).isFalse();
    }

    @Test
    void givenAPartialMatch_thenItDoesNotMatch() {
        profile.put("Role", "Student Teacher");

        assertThat(claim("Role", "Teacher").isSatisfiedBy(idToken, profile)).isFalse();
    }

    @ParameterizedTest
    @CsvSource({"'', Teacher, name of a claim", "Role, '', name of a claim", "Role, '(', not a valid regular expression"
    })
    void givenAnIncompleteSetting_thenTheMessageSaysWhatIsMissing(String name, String value, String message) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> claim(name, value))
                .withMessageContaining(message);
    }

    private static EssentialClaim claim(String name, String value) {
        OIDCIdentityProviderConfig config = new OIDCIdentityProviderConfig();
        config.getConfig().put(IdentityProviderModel.FILTERED_BY_CLAIMS, "true");
        config.getConfig().put(IdentityProviderModel.CLAIM_FILTER_NAME, name);
        config.getConfig().put(IdentityProviderModel.CLAIM_FILTER_VALUE, value);
        return EssentialClaim.of(config).orElseThrow();
    }
}
