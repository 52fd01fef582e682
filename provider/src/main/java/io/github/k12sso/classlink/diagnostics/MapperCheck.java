package io.github.k12sso.classlink.diagnostics;

import io.github.k12sso.classlink.diagnostics.SetupCheck.Subject;
import io.github.k12sso.classlink.mapper.ClassLinkUserAttributeMapper.ProfileFieldPath;
import io.github.k12sso.classlink.mapper.GroupTemplate;
import io.github.k12sso.classlink.profile.Profile.TenantId;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.keycloak.broker.provider.ConfigConstants;
import org.keycloak.broker.provider.IdentityProviderMapper;
import org.keycloak.models.ClientModel;
import org.keycloak.models.IdentityProviderMapperModel;
import org.keycloak.models.RoleModel;
import org.keycloak.models.utils.KeycloakModelUtils;
import org.keycloak.organization.OrganizationProvider;
import org.keycloak.organization.utils.Organizations;

/**
 * Checks the provider's mappers: Keycloak saves them without validation, and an invalid one does nothing at a login.
 */
record MapperCheck(Subject subject) implements Check {

    private static final String TENANT_ID = "classlink.tenant_id";
    private static final String SEE = "See docs/administer/mappers.md for the profile fields.";

    @Override
    public String theme() {
        return "mappers";
    }

    @Override
    public void run(Findings findings) {
        List<IdentityProviderMapperModel> mappers = subject.session()
                .identityProviders()
                .getMappersByAliasStream(subject.config().getAlias())
                .toList();
        int before = findings.all().size();
        mappers.forEach(mapper -> check(findings, mapper));
        if (findings.all().size() == before) {
            findings.ok("mappers", mappers.size() + " mapper(s) checked; no problems found.");
        }
    }

    private void check(Findings findings, IdentityProviderMapperModel mapper) {
        String type = mapper.getIdentityProviderMapper();
        if (subject.session().getKeycloakSessionFactory().getProviderFactory(IdentityProviderMapper.class, type)
                == null) {
            findings.failed(
                    "mapper-type",
                    named(mapper) + " has the type " + type + ", which isn't installed.",
                    "Install the extension with this mapper type, or delete the mapper.");
            return;
        }
        switch (type) {
            case "classlink-user-attribute-mapper" -> {
                field(findings, mapper, "jsonField");
                target(findings, mapper, "userAttribute");
            }
            case "oidc-user-attribute-idp-mapper" -> {
                field(findings, mapper, "claim");
                target(findings, mapper, "user.attribute");
            }
            case "classlink-role-mapper" -> {
                roleNames(findings, mapper);
                role(findings, mapper);
            }
            case "oidc-role-idp-mapper", "oidc-advanced-role-idp-mapper", "oidc-hardcoded-role-idp-mapper" ->
                role(findings, mapper);
            case "classlink-group-mapper" -> groupTemplate(findings, mapper);
            case "oidc-advanced-group-idp-mapper", "oidc-hardcoded-group-idp-mapper" -> group(findings, mapper);
            case "classlink-organization-mapper" -> organization(findings, mapper);
            default -> {
                // Keycloak's other mappers do not reference other objects.
            }
        }
    }

    private static String named(IdentityProviderMapperModel mapper) {
        return "Mapper \"" + mapper.getName() + "\"";
    }

    private static String setting(IdentityProviderMapperModel mapper, String key) {
        return Optional.ofNullable(mapper.getConfig().get(key))
                .map(String::strip)
                .orElse("");
    }

    private void field(Findings findings, IdentityProviderMapperModel mapper, String key) {
        String path = setting(mapper, key);
        try {
            ProfileFieldPath.parse(path);
        } catch (IllegalArgumentException e) {
            findings.failed("mapper-field", named(mapper) + ": the profile field " + e.getMessage() + ".", SEE);
            return;
        }
        String field = path.replace("\\.", "\0").split("[.\\[]", 2)[0].replace('\0', '.');
        Set<String> known = KnownFields.of(subject.config().getUserInfoUrl());
        if (known.contains(field)) {
            return;
        }
        Optional<String> meant = known.stream().filter(field::equalsIgnoreCase).findFirst();
        if (meant.isPresent()) {
            findings.failed(
                    "mapper-field",
                    named(mapper) + " reads the profile field " + field + ". Field names are case-sensitive, "
                            + "and ClassLink sends " + meant.get() + ".",
                    "Change the profile field to " + meant.get() + ".");
        } else {
            findings.warning(
                    "mapper-field",
                    named(mapper) + " reads the profile field " + field
                            + ", which is not one of those that ClassLink is known to send.",
                    "Compare with: " + known.stream().sorted().collect(Collectors.joining(" ")) + ". " + SEE);
        }
    }

    private static void target(Findings findings, IdentityProviderMapperModel mapper, String key) {
        if (setting(mapper, key).isEmpty()) {
            absent(findings, "mapper-attribute", mapper, "user attribute", "");
        }
    }

    private static void roleNames(Findings findings, IdentityProviderMapperModel mapper) {
        String names = setting(mapper, "classlinkRoles");
        if (names.isEmpty()) {
            findings.failed(
                    "mapper-role-names",
                    named(mapper) + " has no ClassLink roles, so no user gets the Keycloak role.",
                    "Enter the ClassLink roles, one per line, for example Teacher.");
        } else if (names.contains(",") || names.contains(";")) {
            findings.failed(
                    "mapper-role-names",
                    named(mapper)
                            + " has a comma or semicolon in its ClassLink roles. It is taken as part of the name.",
                    "Enter one ClassLink role per line.");
        }
    }

    private void role(Findings findings, IdentityProviderMapperModel mapper) {
        String role = setting(mapper, ConfigConstants.ROLE);
        if (role.isEmpty() || !exists(role)) {
            absent(findings, "mapper-role", mapper, "role", role);
        }
    }

    private static void absent(
            Findings findings, String name, IdentityProviderMapperModel mapper, String what, String value) {
        findings.failed(
                name,
                named(mapper)
                        + (value.isEmpty()
                                ? " has no " + what + "."
                                : ": the " + what + " " + value + " doesn't exist."),
                "Create the " + what + ", or choose another one in the mapper.");
    }

    /** Keycloak's format for a client role is {@code client.role}, and both parts can contain dots. */
    private boolean exists(String role) {
        if (isCalled(role, subject.realm().getRole(role))) {
            return true;
        }
        for (int dot = role.indexOf('.'); dot >= 0; dot = role.indexOf('.', dot + 1)) {
            ClientModel client = subject.realm().getClientByClientId(role.substring(0, dot));
            String name = role.substring(dot + 1);
            if (client != null && isCalled(name, client.getRole(name))) {
                return true;
            }
        }
        return false;
    }

    /** Some databases find {@code staff} for {@code Staff}, but the mapper requires an exact match. */
    private static boolean isCalled(String name, RoleModel found) {
        return found != null && found.getName().equals(name);
    }

    private static void groupTemplate(Findings findings, IdentityProviderMapperModel mapper) {
        String template = setting(mapper, "groupTemplate");
        try {
            GroupTemplate.of(setting(mapper, "groupSource"), template);
        } catch (IllegalArgumentException e) {
            findings.failed(
                    "mapper-group-template",
                    named(mapper) + ": the group template " + e.getMessage() + ".",
                    "Correct the group template. Until then the mapper does nothing.");
            return;
        }
        if (template.contains("${tenant_name}") && !template.contains("${tenant_id}")) {
            findings.warning(
                    "mapper-group-template",
                    named(mapper) + " names groups by ${tenant_name}. Two districts with the same name share a group.",
                    "Use ${tenant_id} in the group template, if several districts sign in.");
        }
    }

    private void group(Findings findings, IdentityProviderMapperModel mapper) {
        String path = setting(mapper, ConfigConstants.GROUP);
        if (path.isEmpty() || KeycloakModelUtils.findGroupByPath(subject.session(), subject.realm(), path) == null) {
            absent(findings, "mapper-group", mapper, "group", path);
        }
    }

    private void organization(Findings findings, IdentityProviderMapperModel mapper) {
        if (!Organizations.isEnabled(subject.session())) {
            findings.failed(
                    "mapper-organization",
                    named(mapper) + " does nothing, because Organizations is off in this realm.",
                    "Switch Organizations on in Realm settings, or delete the mapper.");
            return;
        }
        if (Boolean.parseBoolean(setting(mapper, "createOrganization"))) {
            return;
        }
        List<String> missing = withoutOrganization();
        if (!missing.isEmpty()) {
            findings.failed(
                    "mapper-organization",
                    named(mapper) + ": no organization for " + String.join(", ", missing) + ".",
                    "Give an organization the attribute classlink.tenant_id with the district's TenantId, or switch"
                            + " Organization creation on in the mapper.");
        }
    }

    /** Returns the allowed districts without an organization, or "any district" if all districts are allowed. */
    private List<String> withoutOrganization() {
        OrganizationProvider organizations = subject.session().getProvider(OrganizationProvider.class);
        Set<TenantId> allowed = subject.config().getAllowedTenants().tenants();
        if (allowed.isEmpty()) {
            return organizations
                            .getAllStream()
                            .limit(1000)
                            .anyMatch(found -> found.getAttributes().containsKey(TENANT_ID))
                    ? List.of()
                    : List.of("any district");
        }
        return allowed.stream()
                .map(TenantId::value)
                .filter(tenant -> organizations
                        .getAllStream(Map.of(TENANT_ID, tenant), 0, 1)
                        .findAny()
                        .isEmpty())
                .map(tenant -> "the district with the TenantId " + tenant)
                .toList();
    }
}
