package io.github.k12sso.classlink.mapper;

import io.github.k12sso.classlink.profile.Profile;
import io.github.k12sso.classlink.profile.TenantId;
import java.util.List;
import java.util.Optional;
import org.jboss.logging.Logger;
import org.keycloak.broker.provider.AbstractIdentityProviderMapper;
import org.keycloak.broker.provider.BrokeredIdentityContext;
import org.keycloak.models.IdentityProviderMapperModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.OrganizationModel;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;
import org.keycloak.organization.utils.Organizations;
import org.keycloak.provider.ProviderConfigProperty;
import org.keycloak.provider.ProviderConfigurationBuilder;

/** People are members of their district's organization, however they came to log in. */
public final class ClassLinkOrganizationMapper extends AbstractIdentityProviderMapper implements ClassLinkMapper {

    static final String CREATE_ORGANIZATION = "createOrganization";

    private static final Logger LOG = Logger.getLogger(ClassLinkOrganizationMapper.class);

    @Override
    public Description description() {
        ProviderConfigurationBuilder form = ProviderConfigurationBuilder.create();
        ClassLinkMapper.setting(form, "organization", CREATE_ORGANIZATION, ProviderConfigProperty.BOOLEAN_TYPE)
                .defaultValue(false)
                .add();
        return new Description(
                "classlink-organization-mapper",
                "ClassLink Organization",
                "Organization Importer",
                "Makes people members of the organization whose attribute classlink.tenant_id is their district's TenantId, "
                        + "and ends their membership in those of other districts.",
                form.build());
    }

    @Override
    public void importNewUser(
            KeycloakSession session,
            RealmModel realm,
            UserModel user,
            IdentityProviderMapperModel mapper,
            BrokeredIdentityContext login) {
        updateBrokeredUser(session, realm, user, mapper, login);
    }

    @Override
    public void updateBrokeredUser(
            KeycloakSession session,
            RealmModel realm,
            UserModel user,
            IdentityProviderMapperModel mapper,
            BrokeredIdentityContext login) {
        if (!Organizations.isEnabled(session)) {
            LOG.warnf(
                    "Mapper '%s' does nothing: switch Organizations on in the settings of realm %s, or delete the mapper",
                    mapper.getName(), realm.getName());
            return;
        }
        DistrictOrganizations districts = new DistrictOrganizations(session, realm);
        boolean create = Boolean.parseBoolean(mapper.getConfig().get(CREATE_ORGANIZATION));
        List<OrganizationModel> own = ClassLinkMapper.profile(login)
                .map(profile -> own(profile, districts, create))
                .orElse(List.of());
        districts.join(user, own);
        districts.leaveAllBut(user, own);
    }

    private static List<OrganizationModel> own(Profile profile, DistrictOrganizations districts, boolean create) {
        Optional<TenantId> district = profile.tenantId();
        List<OrganizationModel> existing = district.map(districts::of).orElse(List.of());
        return district.isPresent() && existing.isEmpty() && create
                ? districts.make(district.get(), profile.tenantName())
                : existing;
    }
}
