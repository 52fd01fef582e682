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
                    "Mapper '%s' does nothing: switch Organizations on in the settings of realm %s, or delete the mapper",
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
                    "Mapper '%s' does nothing for a user: no organization of realm %s has the attribute %s=%s",
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

    /** The organizations of a realm that stand for ClassLink districts: those with the attribute {@value #TENANT_ID}. */
    static final class DistrictOrganizations {

        static final String TENANT_ID = "classlink.tenant_id";

        /** Keycloak's column for the names of organizations. */
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
         * A new organization of that district, in a transaction of its own: when two people log in at once, only the second
         * one's small transaction fails, not the login, and the next one finds what the other login has made.
         *
         * @return empty if there is none, or if this login's transaction does not see it (MariaDB, MySQL); then the user becomes
         *     a member after the login's commit
         */
        List<OrganizationModel> make(UserModel user, TenantId district, Optional<String> name) {
            for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
                try {
                    boolean exists = OwnTransaction.call(session, other -> makeIn(other, district, name));
                    return exists ? made(user, district) : List.of();
                } catch (ModelException e) {
                    // Made by the other login, or refused by Keycloak.
                }
            }
            LOG.warnf(
                    "realm=%s: Keycloak refuses to create an organization with the alias %s, and nobody becomes a member. Create one "
                            + "with the attribute %s=%s",
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

        /** Whether the district has an organization now. */
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
                return true; // another login has just committed it
            }
            if (ofThatAlias.stream()
                    .anyMatch(organization -> tenantIds(organization).isEmpty())) {
                LOG.warnf(
                        "realm=%s, an organization with the alias %s exists without the attribute %s=%s: none is made, and nobody "
                                + "becomes a member. Set the attribute if it is this district's",
                        realm.getName(), district, TENANT_ID, district);
                return false;
            }
            String wanted = name.map(Profile::storable)
                    .map(text -> AcceptedValues.cut(text, MAX_NAME))
                    .filter(text -> !text.isBlank())
                    .orElse(district.value());
            boolean taken =
                    organizations.getAllStream(wanted, true, 0, 1).findAny().isPresent();
            // Districts of different states have the same name.
            String mark = " (" + district + ")";
            String unique = taken ? AcceptedValues.cut(wanted, MAX_NAME - mark.length()) + mark : wanted;
            // Of another district, whose TenantId is the same to the database.
            String alias = ofThatAlias.isEmpty() ? district.value() : GroupsOnDemand.apart(district.value());
            organizations.create(unique, alias).setAttributes(Map.of(TENANT_ID, List.of(district.value())));
            return true;
        }

        void join(UserModel user, List<OrganizationModel> districts) {
            districts.stream()
                    .filter(organization -> !organization.isMember(user))
                    .forEach(organization -> organizations.addMember(organization, user));
        }

        /** Never as a managed member: Keycloak deletes the user with such a membership. */
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
