package io.github.k12sso.classlink.diagnostics;

import io.github.k12sso.classlink.diagnostics.SetupCheck.Subject;
import io.github.k12sso.classlink.profile.Profile.IdentityKey;
import io.github.k12sso.classlink.profile.Profile.TenantId;
import io.github.k12sso.classlink.profile.TenantAllowList;
import io.github.k12sso.classlink.settings.Setting;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.keycloak.authentication.authenticators.broker.IdpReviewProfileAuthenticatorFactory;
import org.keycloak.models.AuthenticationExecutionModel;
import org.keycloak.models.AuthenticationExecutionModel.Requirement;
import org.keycloak.models.AuthenticationFlowModel;
import org.keycloak.models.AuthenticatorConfigModel;
import org.keycloak.models.IdentityProviderSyncMode;
import org.keycloak.models.RealmModel;
import org.keycloak.models.RequiredActionProviderModel;
import org.keycloak.models.UserModel;
import org.keycloak.representations.idm.IdentityProviderRepresentation;
import org.keycloak.representations.userprofile.config.UPAttribute;
import org.keycloak.representations.userprofile.config.UPAttributeRequired;
import org.keycloak.representations.userprofile.config.UPConfig;
import org.keycloak.userprofile.UserProfileProvider;
import org.keycloak.userprofile.config.UPConfigUtils;

/** Checks for realm settings that block students or show them a form. Most students have no email address. */
final class StudentAccessCheck implements Check {

    private static final Set<String> NAMES = Set.of(UserModel.FIRST_NAME, UserModel.LAST_NAME);
    private static final Set<String> NAME_VALIDATORS =
            Set.of("person-name-prohibited-characters", "length", "pattern", "options");
    /** The default of a new realm. */
    private static final Set<String> HARMLESS_LENGTHS = Set.of("{max=255}");

    private final Subject subject;
    private final RealmModel realm;

    StudentAccessCheck(Subject subject) {
        this.subject = subject;
        this.realm = subject.realm();
    }

    @Override
    public String theme() {
        return "student-access";
    }

    @Override
    public void run(Findings findings) {
        UPConfig profile =
                subject.session().getProvider(UserProfileProvider.class).getConfiguration();
        requiredAttributes(findings, profile);
        nameValidators(findings, profile);
        firstLogin(findings);
        realmSettings(findings);
        requiredActions(findings);
        districts(findings);
        identityKey(findings);
    }

    private static void requiredAttributes(Findings findings, UPConfig profile) {
        List<String> required = profile.getAttributes().stream()
                .filter(attribute -> !attribute.getName().equals(UserModel.USERNAME))
                .filter(StudentAccessCheck::isRequiredOfUsers)
                .map(UPAttribute::getName)
                .toList();
        if (required.contains(UserModel.EMAIL)) {
            findings.failed(
                    "email-required",
                    "The user profile requires an email. Most students have none: they get a form they can't fill in.",
                    "Realm settings, User profile, email: switch Required field off.");
        } else {
            findings.ok("email-required", "The user profile doesn't require an email.");
        }
        List<String> others =
                required.stream().filter(name -> !name.equals(UserModel.EMAIL)).toList();
        if (!others.isEmpty()) {
            findings.warning(
                    "attribute-required",
                    "The user profile requires: " + String.join(", ", others)
                            + ". Users for whom ClassLink sends no value get a form.",
                    "Realm settings, User profile: switch Required field off for these attributes.");
        }
    }

    private static boolean isRequiredOfUsers(UPAttribute attribute) {
        UPAttributeRequired required = attribute.getRequired();
        return required != null
                && (required.isAlways()
                        || required.getRoles() == null
                        || required.getRoles().isEmpty()
                        || required.getRoles().contains(UPConfigUtils.ROLE_USER));
    }

    private static void nameValidators(Findings findings, UPConfig profile) {
        List<String> strict = profile.getAttributes().stream()
                .filter(attribute -> NAMES.contains(attribute.getName()))
                .flatMap(attribute ->
                        strictValidators(attribute).map(validator -> attribute.getName() + " (" + validator + ")"))
                .toList();
        if (!strict.isEmpty()) {
            findings.warning(
                    "name-validators",
                    "The user profile checks names: " + String.join(", ", strict)
                            + ". Users whose ClassLink name is rejected get a form.",
                    "Realm settings, User profile: remove these validators from firstName and lastName.");
        }
    }

    private static Stream<String> strictValidators(UPAttribute attribute) {
        if (attribute.getValidations() == null) {
            return Stream.empty();
        }
        return attribute.getValidations().entrySet().stream()
                .filter(validation -> NAME_VALIDATORS.contains(validation.getKey()))
                .filter(validation -> !HARMLESS_LENGTHS.contains(String.valueOf(validation.getValue())))
                .map(validation -> validation.getKey());
    }

    private void firstLogin(Findings findings) {
        String flowId = subject.config().getFirstBrokerLoginFlowId();
        AuthenticationFlowModel flow =
                flowId == null ? realm.getFirstBrokerLoginFlow() : realm.getAuthenticationFlowById(flowId);
        if (flow == null) {
            findings.failed(
                    "first-login",
                    "The provider's first login flow doesn't exist.",
                    "Choose a First login flow on the provider's page.");
            return;
        }
        Optional<String> review = executions(flow, 0)
                .filter(step -> IdpReviewProfileAuthenticatorFactory.PROVIDER_ID.equals(step.getAuthenticator()))
                .filter(step -> step.getRequirement() != Requirement.DISABLED)
                .map(this::reviewMode)
                .findFirst();
        String detail = "The first login flow is " + flow.getAlias();
        if (review.isPresent() && !review.get().equals(IdentityProviderRepresentation.UPFLM_OFF)) {
            findings.warning(
                    "review-page",
                    detail + ". Its step Review Profile shows a form "
                            + (review.get().equals(IdentityProviderRepresentation.UPFLM_ON)
                                    ? "to every new user."
                                    : "to new users who lack a required attribute."),
                    "Choose a First login flow without Review Profile, such as the one in"
                            + " realm-config/first-login-flow.json.");
        } else {
            findings.ok("review-page", detail + ". It shows no form.");
        }
    }

    private String reviewMode(AuthenticationExecutionModel step) {
        AuthenticatorConfigModel config = step.getAuthenticatorConfig() == null
                ? null
                : realm.getAuthenticatorConfigById(step.getAuthenticatorConfig());
        return config == null
                ? IdentityProviderRepresentation.UPFLM_MISSING
                : config.getConfig()
                        .getOrDefault(
                                IdpReviewProfileAuthenticatorFactory.UPDATE_PROFILE_ON_FIRST_LOGIN,
                                IdentityProviderRepresentation.UPFLM_MISSING);
    }

    /** Includes subflows, at most five levels deep. */
    private Stream<AuthenticationExecutionModel> executions(AuthenticationFlowModel flow, int depth) {
        return realm.getAuthenticationExecutionsStream(flow.getId())
                .flatMap(step -> step.isAuthenticatorFlow() && depth < 5 && step.getFlowId() != null
                        ? executions(realm.getAuthenticationFlowById(step.getFlowId()), depth + 1)
                        : Stream.of(step));
    }

    private void realmSettings(Findings findings) {
        if (realm.isRegistrationEmailAsUsername()) {
            findings.failed(
                    "email-as-username",
                    "Email as username is on: users without an email can't be created.",
                    "Realm settings, Login: switch Email as username off.");
        }
        if (realm.isVerifyEmail()) {
            findings.warning(
                    "verify-email",
                    "Verify email is on: users must open a mail before they get in. Students' mailboxes are often"
                            + " synthetic.",
                    "Realm settings, Login: switch Verify email off, or Trust Email on for this provider.");
        }
        if (!realm.isDuplicateEmailsAllowed()) {
            boolean force = subject.config().getSyncMode() == IdentityProviderSyncMode.FORCE;
            findings.warning(
                    "duplicate-emails",
                    "Duplicate emails are not allowed: the second user with a shared email can't sign in"
                            + (force
                                    ? ". With sync mode FORCE, the same applies if a user's email becomes a "
                                            + "duplicate."
                                    : "."),
                    "Realm settings, Login: switch Login with email off and Duplicate emails on.");
        }
        if (realm.isBruteForceProtected()) {
            findings.warning(
                    "brute-force",
                    "Brute force detection is on: failed passwords also lock a user out of ClassLink sign-in.",
                    "Realm settings, Security defenses: use temporary lockout, or give ClassLink users no password.");
        }
    }

    private void requiredActions(Findings findings) {
        List<String> actions = realm.getRequiredActionProvidersStream()
                .filter(action -> action.isEnabled() && action.isDefaultAction())
                .map(RequiredActionProviderModel::getName)
                .toList();
        if (!actions.isEmpty()) {
            findings.warning(
                    "required-actions",
                    "Every new user must complete: " + String.join(", ", actions) + ".",
                    "Authentication, Required actions: switch Set as default action off.");
        }
    }

    private void districts(Findings findings) {
        TenantAllowList allowed = subject.config().getAllowedTenants();
        List<String> notNumbers = allowed.tenants().stream()
                .map(TenantId::value)
                .filter(tenant -> !tenant.matches("[0-9]+"))
                .toList();
        if (!notNumbers.isEmpty()) {
            findings.failed(
                    "allowed-districts",
                    "TenantIds are numbers, so these entries match no district: " + "" + String.join(", ", notNumbers)
                            + ".",
                    "Ask the district for its TenantId, and type it into " + Setting.ALLOWED_TENANTS.quoted() + ".");
        } else if (allowed.tenants().isEmpty()) {
            findings.warning(
                    "allowed-districts",
                    "Users of every ClassLink district with your app can sign in.",
                    "Type the TenantIds of your districts into " + Setting.ALLOWED_TENANTS.quoted() + ".");
        } else {
            findings.ok("allowed-districts", allowed.tenants().size() + " district(s) can sign in.");
        }
    }

    private void identityKey(Findings findings) {
        if (subject.config().getIdentityKey() == IdentityKey.TENANT_AND_SOURCED_ID) {
            findings.warning(
                    "identity-key",
                    "The identity key is tenant-and-sourced-id: users without a SourcedId are refused.",
                    "Use user-id, unless all districts share rosters with your app.");
        }
    }
}
