package io.github.k12sso.classlink.mapper;

import io.github.k12sso.classlink.profile.TenantId;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jboss.logging.Logger;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.ModelDuplicateException;
import org.keycloak.models.OrganizationModel;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;
import org.keycloak.models.utils.KeycloakModelUtils;
import org.keycloak.organization.OrganizationProvider;

/** The organizations of a realm that stand for ClassLink districts: those with the attribute {@value #TENANT_ID}. */
final class DistrictOrganizations {

    static final String TENANT_ID = "classlink.tenant_id";

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
     * one's small transaction fails, not the login.
     */
    List<OrganizationModel> make(TenantId district, Optional<String> name) {
        try {
            KeycloakModelUtils.runJobInTransaction(
                    session.getKeycloakSessionFactory(), other -> makeIn(other, district, name));
        } catch (ModelDuplicateException e) {
            // Made by the other login, or the alias is taken by an organization that nobody declared to be this
            // district.
            if (of(district).isEmpty()) {
                LOG.warnf(
                        "realm=%s, an organization with the alias %s exists without the attribute %s=%s: none is made, and "
                                + "nobody becomes a member",
                        realm.getName(), district, TENANT_ID, district);
            }
        }
        return of(district);
    }

    private void makeIn(KeycloakSession other, TenantId district, Optional<String> name) {
        other.getContext().setRealm(other.realms().getRealm(realm.getId()));
        OrganizationProvider theirs = other.getProvider(OrganizationProvider.class);
        String wanted = name.orElse(district.value());
        boolean taken = theirs.getAllStream(wanted, true, 0, 1).findAny().isPresent();
        // Districts of different states have the same name.
        String unique = taken ? wanted + " (" + district + ")" : wanted;
        theirs.create(unique, district.value()).setAttributes(Map.of(TENANT_ID, List.of(district.value())));
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
