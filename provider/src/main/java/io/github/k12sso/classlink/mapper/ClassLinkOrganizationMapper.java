package io.github.k12sso.classlink.mapper;

import io.github.k12sso.classlink.keycloak.AfterCommit;
import io.github.k12sso.classlink.profile.Profile;
import io.github.k12sso.classlink.profile.Profile.TenantId;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jboss.logging.Logger;
import org.keycloak.broker.provider.AbstractIdentityProviderMapper;
import org.keycloak.broker.provider.BrokeredIdentityContext;
import org.keycloak.models.IdentityProviderMapperModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.ModelException;
import org.keycloak.models.OrganizationModel;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;
import org.keycloak.organization.OrganizationProvider;
import org.keycloak.organization.utils.Organizations;
import org.keycloak.provider.ProviderConfigProperty;
import org.keycloak.provider.ProviderConfigurationBuilder;

/** Adds users to their district's organization. */
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
                "Adds users to the organization whose attribute classlink.tenant_id is their district's TenantId, and removes "
                        + "them from the organizations of other districts.",
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
                    "Mapper '%s' does nothing because Organizations is off. Switch it on in Realm settings, or "
                            + "delete the mapper. realm=%s",
                    mapper.getName(), realm.getName());
            return;
        }
        DistrictOrganizations districts = new DistrictOrganizations(session, realm);
        Optional<Profile> profile = ClassLinkMapper.profile(login);
        Optional<TenantId> district = profile.flatMap(Profile::tenantId);
        boolean create = Boolean.parseBoolean(mapper.getConfig().get(CREATE_ORGANIZATION));
        List<OrganizationModel> existing = district.map(districts::of).orElse(List.of());
        List<OrganizationModel> own = district.isPresent() && existing.isEmpty() && create
                ? districts.make(user, district.get(), profile.flatMap(Profile::tenantName))
                : existing;
        if (own.isEmpty() && !create) {
            LOG.warnf(
                    "Mapper '%s' does nothing for a user because no organization has the district's attribute. "
                            + "realm=%s, %s=%s",
                    mapper.getName(),
                    realm.getName(),
                    DistrictOrganizations.TENANT_ID,
                    district.map(TenantId::value).orElse("(none)"));
        }
        ClassLinkMapper.change(realm, mapper, () -> {
            districts.join(user, own);
            districts.leaveAllBut(user, own);
        });
    }

    /** The organizations of ClassLink districts: those with the attribute {@value #TENANT_ID}. */
    static final class DistrictOrganizations {

        static final String TENANT_ID = "classlink.tenant_id";

        /** Size of Keycloak's column for organization names. */
        private static final int MAX_NAME = 255;

        private static final int ATTEMPTS = 3;

        private static final Logger LOG = Logger.getLogger(DistrictOrganizations.class);

        private final KeycloakSession session;
        private final RealmModel realm;
        private final OrganizationProvider organizations;

        DistrictOrganizations(KeycloakSession session, RealmModel realm) {
            this.session = session;
            this.realm = realm;
            this.organizations = session.getProvider(OrganizationProvider.class);
        }

        List<OrganizationModel> of(TenantId district) {
            return organizations
                    .getAllStream(Map.of(TENANT_ID, district.value()), null, null)
                    .filter(organization -> tenantIds(organization).contains(district.value()))
                    .toList();
        }

        /**
         * Creates the district's organization in a separate transaction: with concurrent logins, only the second
         * login's inner transaction fails, and its retry finds the organization of the other login.
         *
         * @return empty if creation failed, or if this login's transaction cannot see the organization (MariaDB,
         *     MySQL); the user is then added after the login's commit
         */
        List<OrganizationModel> make(UserModel user, TenantId district, Optional<String> name) {
            for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
                try {
                    boolean exists = OwnTransaction.call(session, other -> makeIn(other, district, name));
                    return exists ? made(user, district) : List.of();
                } catch (ModelException e) {
                    // Created by the other login, or rejected by Keycloak.
                }
            }
            LOG.warnf(
                    "Keycloak rejected a new organization, so no user was added. Create an organization with "
                            + "the attribute yourself. realm=%s, alias=%s, %s=%s",
                    realm.getName(), district, TENANT_ID, district);
            return List.of();
        }

        private List<OrganizationModel> made(UserModel user, TenantId district) {
            List<OrganizationModel> seen = of(district);
            if (seen.isEmpty()) {
                AfterCommit.runInTransaction(session, "membership of a new organization", (other, sameRealm) -> {
                    DistrictOrganizations districts = new DistrictOrganizations(other, sameRealm);
                    UserModel stored = other.users().getUserById(sameRealm, user.getId());
                    if (stored != null) {
                        districts.join(stored, districts.of(district));
                    }
                });
            }
            return seen;
        }

        /** Returns whether the district has an organization now. */
        private boolean makeIn(KeycloakSession other, TenantId district, Optional<String> name) {
            RealmModel sameRealm = other.realms().getRealm(realm.getId());
            other.getContext().setRealm(sameRealm);
            DistrictOrganizations theirs = new DistrictOrganizations(other, sameRealm);
            return !theirs.of(district).isEmpty() || theirs.make(district, name);
        }

        private boolean make(TenantId district, Optional<String> name) {
            List<OrganizationModel> ofThatAlias = organizations
                    .getAllStream(Map.of(OrganizationModel.ALIAS, district.value()), null, null)
                    .toList();
            if (ofThatAlias.stream()
                    .anyMatch(organization -> tenantIds(organization).contains(district.value()))) {
                return true; // committed by another login
            }
            if (ofThatAlias.stream()
                    .anyMatch(organization -> tenantIds(organization).isEmpty())) {
                LOG.warnf(
                        "An organization with the alias exists but does not have the district's attribute, so "
                                + "no user was added. If it is this district's organization, set the attribute. "
                                + "realm=%s, alias=%s, %s=%s",
                        realm.getName(), district, TENANT_ID, district);
                return false;
            }
            String wanted = name.map(Profile::storable)
                    .map(text -> AcceptedValues.cut(text, MAX_NAME))
                    .filter(text -> !text.isBlank())
                    .orElse(district.value());
            boolean taken =
                    organizations.getAllStream(wanted, true, 0, 1).findAny().isPresent();
            // Districts in different states can have the same name.
            String mark = " (" + district + ")";
            String unique = taken ? AcceptedValues.cut(wanted, MAX_NAME - mark.length()) + mark : wanted;
            // Belongs to another district whose TenantId the database considers equal.
            String alias = ofThatAlias.isEmpty() ? district.value() : GroupsOnDemand.apart(district.value());
            organizations.create(unique, alias).setAttributes(Map.of(TENANT_ID, List.of(district.value())));
            return true;
        }

        void join(UserModel user, List<OrganizationModel> districts) {
            districts.stream()
                    .filter(organization -> !organization.isMember(user))
                    .forEach(organization -> organizations.addMember(organization, user));
        }

        /** Removes unmanaged memberships only: Keycloak deletes a managed member's user with the membership. */
        void leaveAllBut(UserModel user, List<OrganizationModel> districts) {
            List<String> kept = districts.stream().map(OrganizationModel::getId).toList();
            organizations.getByMember(user).toList().stream()
                    .filter(organization -> !kept.contains(organization.getId()))
                    .filter(organization -> !tenantIds(organization).isEmpty())
                    .filter(organization -> !organization.isManaged(user))
                    .forEach(organization -> organizations.removeMember(organization, user));
        }

        private static List<String> tenantIds(OrganizationModel organization) {
            return organization.getAttributes().getOrDefault(TENANT_ID, List.of());
        }
    }
}
