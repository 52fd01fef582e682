package io.github.k12sso.classlink.mapper;

import io.github.k12sso.classlink.profile.Profile;
import java.util.Arrays;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;
import org.keycloak.broker.oidc.mappers.AbstractClaimToRoleMapper;
import org.keycloak.broker.provider.BrokeredIdentityContext;
import org.keycloak.broker.provider.ConfigConstants;
import org.keycloak.models.ClientModel;
import org.keycloak.models.Constants;
import org.keycloak.models.IdentityProviderMapperModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.RoleModel;
import org.keycloak.models.UserModel;
import org.keycloak.models.utils.KeycloakModelUtils;
import org.keycloak.provider.ProviderConfigProperty;
import org.keycloak.provider.ProviderConfigurationBuilder;

/**
 * Grants a Keycloak role to users with certain ClassLink roles and removes it when they lose them. The base class
 * ensures that mappers with the same target role, including Keycloak's OIDC mappers, do not remove a role that another
 * mapper granted at this login.
 */
public final class ClassLinkRoleMapper extends AbstractClaimToRoleMapper implements ClassLinkMapper {

    private static final Logger LOG = Logger.getLogger(ClassLinkRoleMapper.class);

    static final String CLASSLINK_ROLES = "classlinkRoles";

    @Override
    public Description description() {
        ProviderConfigurationBuilder form = ProviderConfigurationBuilder.create();
        // Not the multi-valued type: the console's page for mappers sends it as an array, and Keycloak takes text.
        ClassLinkMapper.setting(form, "role", CLASSLINK_ROLES, ProviderConfigProperty.TEXT_TYPE)
                .add();
        ClassLinkMapper.setting(form, "role", ConfigConstants.ROLE, ProviderConfigProperty.ROLE_TYPE)
                .required(true)
                .add();
        return new Description(
                "classlink-role-mapper",
                "ClassLink Role",
                "Role Importer",
                "Grants a Keycloak role to users with certain ClassLink roles, and removes it when they no longer have one of "
                        + "them.",
                form.build());
    }

    @Override
    public void importNewUser(
            KeycloakSession session,
            RealmModel realm,
            UserModel user,
            IdentityProviderMapperModel mapper,
            BrokeredIdentityContext login) {
        if (isExact(session, realm, mapper)) {
            ClassLinkMapper.change(realm, mapper, () -> super.importNewUser(session, realm, user, mapper, login));
        }
    }

    @Override
    public void updateBrokeredUser(
            KeycloakSession session,
            RealmModel realm,
            UserModel user,
            IdentityProviderMapperModel mapper,
            BrokeredIdentityContext login) {
        if (isExact(session, realm, mapper)) {
            ClassLinkMapper.change(realm, mapper, () -> super.updateBrokeredUser(session, realm, user, mapper, login));
        }
    }

    private static boolean isExact(KeycloakSession session, RealmModel realm, IdentityProviderMapperModel mapper) {
        String wanted = mapper.getConfig().get(ConfigConstants.ROLE);
        RoleModel found = KeycloakModelUtils.getRoleFromString(session, realm, wanted);
        boolean exact = found == null || isCalled(wanted, found); // Keycloak logs a missing role
        if (!exact) {
            LOG.warnf(
                    "Mapper '%s' does nothing: the realm has no role '%s', only one whose name differs in case or accents. "
                            + "realm=%s",
                    mapper.getName(), wanted, realm.getName());
        }
        return exact;
    }

    /** Returns whether the names are equal, because some databases find {@code staff} for {@code Staff}. */
    static boolean isCalled(String wanted, RoleModel found) {
        String name = found.getContainer() instanceof ClientModel client
                ? client.getClientId() + "." + found.getName()
                : found.getName();
        return name.equals(wanted);
    }

    @Override
    protected boolean applies(IdentityProviderMapperModel mapper, BrokeredIdentityContext login) {
        String setting = mapper.getConfig().get(CLASSLINK_ROLES);
        RoleNames wanted = RoleNames.parse(setting);
        if (wanted.names.isEmpty()) {
            LOG.warnf("Mapper '%s' does nothing: no ClassLink role is set", mapper.getName());
        } else if (setting.matches("(?s).*[,;].*")) {
            LOG.warnf(
                    "Mapper '%s' treats a comma or semicolon as part of a ClassLink role name. Enter one role "
                            + "per line",
                    mapper.getName());
        }
        return ClassLinkMapper.profile(login).filter(wanted::matchOneOf).isPresent();
    }

    /** Keycloak's legacy mode removes roles but does not grant them later; this mapper does both. */
    @Override
    public void updateBrokeredUserLegacy(
            KeycloakSession session,
            RealmModel realm,
            UserModel user,
            IdentityProviderMapperModel mapper,
            BrokeredIdentityContext login) {
        updateBrokeredUser(session, realm, user, mapper, login);
    }

    /**
     * The ClassLink roles of a mapper. Exact names, not case-sensitive: {@code Administrator} does not match {@code
     * Tenant Administrator}.
     */
    static final class RoleNames {

        private final Set<String> names;

        private RoleNames(Set<String> names) {
            this.names = names;
        }

        /** Parses role names, one per line or separated by Keycloak's {@code ##}. Null and blank lines are ignored. */
        static RoleNames parse(String setting) {
            if (setting == null) {
                return new RoleNames(Set.of());
            }
            return new RoleNames(Arrays.stream(setting.split(Constants.CFG_DELIMITER + "|\\R"))
                    .map(RoleNames::comparable)
                    .filter(name -> !name.isEmpty())
                    .collect(Collectors.toUnmodifiableSet()));
        }

        boolean matchOneOf(Profile profile) {
            return profile.roles().stream().map(RoleNames::comparable).anyMatch(names::contains);
        }

        private static String comparable(String role) {
            return role.strip().toLowerCase(Locale.ROOT);
        }
    }
}
