package io.github.k12sso.classlink.mapper;

import java.util.Arrays;
import java.util.List;
import org.keycloak.broker.oidc.mappers.AbstractClaimToRoleMapper;
import org.keycloak.broker.provider.BrokeredIdentityContext;
import org.keycloak.broker.provider.ConfigConstants;
import org.keycloak.models.IdentityProviderMapperModel;
import org.keycloak.models.IdentityProviderSyncMode;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;
import org.keycloak.provider.ProviderConfigProperty;
import org.keycloak.provider.ProviderConfigurationBuilder;

/**
 * People with certain ClassLink roles get a Keycloak role, and lose it with them. Keycloak's base class grants and takes
 * away, and keeps mappers with one target, its own OIDC mappers included, from taking what another gave at this login.
 */
public final class ClassLinkRoleMapper extends AbstractClaimToRoleMapper {

    static final String ID = "classlink-role-mapper";
    static final String CLASSLINK_ROLES = "classlinkRoles";

    @Override
    public String getId() {
        return ID;
    }

    @Override
    public String getDisplayType() {
        return "ClassLink Role";
    }

    @Override
    public String getDisplayCategory() {
        return "Role Importer";
    }

    @Override
    public String getHelpText() {
        return "Gives a Keycloak role to people with certain ClassLink roles, and takes it away when they have none of them "
                + "any more.";
    }

    @Override
    public String[] getCompatibleProviders() {
        return Compatibility.classLinkOnly();
    }

    @Override
    public boolean supportsSyncMode(IdentityProviderSyncMode syncMode) {
        return Arrays.asList(IdentityProviderSyncMode.values()).contains(syncMode);
    }

    @Override
    public List<ProviderConfigProperty> getConfigProperties() {
        return ProviderConfigurationBuilder.create()
                .property()
                .name(CLASSLINK_ROLES)
                .label(MapperTexts.label("role", CLASSLINK_ROLES))
                .helpText(MapperTexts.help("role", CLASSLINK_ROLES))
                // Not the multi-valued type: the console's page for mappers sends it as an array, and Keycloak takes
                // text.
                .type(ProviderConfigProperty.TEXT_TYPE)
                .add()
                .property()
                .name(ConfigConstants.ROLE)
                .label(MapperTexts.label("role", ConfigConstants.ROLE))
                .helpText(MapperTexts.help("role", ConfigConstants.ROLE))
                .type(ProviderConfigProperty.ROLE_TYPE)
                .required(true)
                .add()
                .build();
    }

    @Override
    protected boolean applies(IdentityProviderMapperModel mapper, BrokeredIdentityContext login) {
        RoleNames wanted = RoleNames.parse(mapper.getConfig().get(CLASSLINK_ROLES));
        return LoginProfile.of(login).filter(wanted::matchOneOf).isPresent();
    }

    /** Keycloak's legacy mode takes roles away and never gives one later; ours keeps up with ClassLink. */
    @Override
    public void updateBrokeredUserLegacy(
            KeycloakSession session,
            RealmModel realm,
            UserModel user,
            IdentityProviderMapperModel mapper,
            BrokeredIdentityContext login) {
        updateBrokeredUser(session, realm, user, mapper, login);
    }
}
