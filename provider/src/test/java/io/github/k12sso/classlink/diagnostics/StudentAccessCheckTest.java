package io.github.k12sso.classlink.diagnostics;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.k12sso.classlink.Stub;
import io.github.k12sso.classlink.diagnostics.SetupCheck.Subject;
import io.github.k12sso.classlink.http.AllowedHosts;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.keycloak.models.AuthenticationExecutionModel;
import org.keycloak.models.AuthenticationFlowModel;
import org.keycloak.models.AuthenticatorConfigModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.RequiredActionProviderModel;
import org.keycloak.representations.userprofile.config.UPAttribute;
import org.keycloak.representations.userprofile.config.UPAttributeRequired;
import org.keycloak.representations.userprofile.config.UPConfig;
import org.keycloak.userprofile.UserProfileProvider;

class StudentAccessCheckTest {

    private final UPConfig profile = new UPConfig();
    private final Map<String, String> settings = new HashMap<>(Map.of("allowedTenants", "2284"));
    private final AuthenticationExecutionModel review = new AuthenticationExecutionModel();
    private final AuthenticatorConfigModel reviewConfig = new AuthenticatorConfigModel();
    private final Map<String, Function<Object[], Object>> realm = new HashMap<>();

    StudentAccessCheckTest() {
        profile.setAttributes(List.of(new UPAttribute("username"), new UPAttribute("email")));
        AuthenticationFlowModel flow = new AuthenticationFlowModel();
        flow.setId("flow");
        flow.setAlias("first login");
        AuthenticationFlowModel subflow = new AuthenticationFlowModel();
        subflow.setId("subflow");
        AuthenticationExecutionModel toSubflow = new AuthenticationExecutionModel();
        toSubflow.setAuthenticatorFlow(true);
        toSubflow.setFlowId("subflow");
        review.setAuthenticator("idp-review-profile");
        review.setRequirement(AuthenticationExecutionModel.Requirement.DISABLED);
        review.setAuthenticatorConfig("config");
        reviewConfig.setConfig(new HashMap<>());
        realm.put("getFirstBrokerLoginFlow", arguments -> flow);
        realm.put("getAuthenticationFlowById", arguments -> subflow);
        realm.put(
                "getAuthenticationExecutionsStream",
                arguments -> Stream.of(arguments[0].equals("flow") ? toSubflow : review));
        realm.put("getAuthenticatorConfigById", arguments -> reviewConfig);
        realm.put("isRegistrationEmailAsUsername", arguments -> false);
        realm.put("isVerifyEmail", arguments -> false);
        realm.put("isDuplicateEmailsAllowed", arguments -> true);
        realm.put("isBruteForceProtected", arguments -> false);
        realm.put("getRequiredActionProvidersStream", arguments -> Stream.empty());
    }

    private List<String> found() {
        UserProfileProvider profiles =
                Stub.of(UserProfileProvider.class, Map.of("getConfiguration", arguments -> profile));
        KeycloakSession session = Stub.of(KeycloakSession.class, Map.of("getProvider", arguments -> profiles));
        return Found.by(new StudentAccessCheck(new Subject(
                session,
                Stub.of(RealmModel.class, realm),
                Found.settings("", settings),
                AllowedHosts.builtIn(),
                null,
                null)));
    }

    @Test
    void aRealmSetUpForStudentsPasses() {
        assertThat(found()).hasSize(3).allMatch(line -> line.matches("[a-z-]+ ok: .*"));
    }

    @ParameterizedTest
    @CsvSource({"user,failed", "admin,ok", ",failed"})
    void aRequiredEmailAttributeIsReported(String role, String status) {
        UPAttribute email = new UPAttribute("email");
        email.setRequired(new UPAttributeRequired(role == null ? Set.of() : Set.of(role), Set.of()));
        profile.setAttributes(List.of(email));

        assertThat(found()).anyMatch(line -> line.startsWith("email-required " + status));
    }

    @ParameterizedTest
    @CsvSource({"on,warning", "missing,warning", "off,ok", ",warning"})
    void aReviewProfileStepInASubflowIsFound(String mode, String status) {
        review.setRequirement(AuthenticationExecutionModel.Requirement.REQUIRED);
        if (mode != null) {
            reviewConfig.getConfig().put("update.profile.on.first.login", mode);
        }

        assertThat(found()).anyMatch(line -> line.startsWith("review-page " + status));
    }

    @Test
    void aSubflowThatContainsItselfDoesNotLoop() {
        realm.put("getAuthenticationExecutionsStream", arguments -> {
            AuthenticationExecutionModel again = new AuthenticationExecutionModel();
            again.setAuthenticatorFlow(true);
            again.setFlowId("subflow");
            return Stream.of(again);
        });

        assertThat(found()).anyMatch(line -> line.startsWith("review-page ok"));
    }

    @Test
    void aMissingFlowIsReported() {
        realm.put("getFirstBrokerLoginFlow", arguments -> null);

        assertThat(found()).anyMatch(line -> line.startsWith("first-login failed"));
    }

    @Test
    void onlyEnabledDefaultActionsAreReported() {
        realm.put(
                "getRequiredActionProvidersStream",
                arguments ->
                        Stream.of(action("Terms", true, true), action("OTP", true, false), action("x", false, true)));

        assertThat(found())
                .anyMatch(line -> line.startsWith("required-actions warning: Every new user must complete: Terms."));
    }

    private static RequiredActionProviderModel action(String name, boolean enabled, boolean byDefault) {
        RequiredActionProviderModel action = new RequiredActionProviderModel();
        action.setName(name);
        action.setEnabled(enabled);
        action.setDefaultAction(byDefault);
        return action;
    }

    @ParameterizedTest
    @CsvSource({"maplevalley,failed", "2284##maplevalley,failed", "2284##2285,ok", ",warning"})
    void districtIdsMustBeNumbers(String allowed, String status) {
        settings.put("allowedTenants", allowed == null ? "" : allowed);

        assertThat(found()).anyMatch(line -> line.startsWith("allowed-districts " + status));
    }
}
