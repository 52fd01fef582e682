package io.github.k12sso.classlink.mapper;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.jboss.logging.Logger;
import org.keycloak.models.GroupModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.ModelException;
import org.keycloak.models.RealmModel;
import org.keycloak.models.utils.KeycloakModelUtils;

/** A realm's groups by their paths; missing ones are created. */
final class GroupsOnDemand {

    /** No group gets more groups inside than this by a mapper. */
    static final long MAX_SIBLINGS = 5000;

    private static final Logger LOG = Logger.getLogger(GroupsOnDemand.class);

    private final KeycloakSession session;
    private final RealmModel realm;

    GroupsOnDemand(KeycloakSession session, RealmModel realm) {
        this.session = session;
        this.realm = realm;
    }

    /** The group with that path; empty if it is missing and its parent is full or gone, or Keycloak refuses a name. */
    Optional<GroupModel> findOrCreate(List<String> names) {
        GroupModel group = null;
        for (String name : names) {
            GroupModel found = find(group, name);
            if (found == null) {
                found = make(group, name);
            }
            if (found == null) {
                LOG.warnf(
                        // Not its name: that may be made of a person's.
                        "realm=%s, the group with the id %s has %d groups inside already, is gone, or Keycloak refuses the name: none is made",
                        realm.getName(), group == null ? "" : group.getId(), MAX_SIBLINGS);
                return Optional.empty();
            }
            group = found;
        }
        return Optional.ofNullable(group);
    }

    /** The path of a group of the realm, as names; empty for a group of an organization. */
    static List<String> namesOf(GroupModel group) {
        if (group.getType() != GroupModel.Type.REALM) {
            return List.of();
        }
        List<String> names = new ArrayList<>();
        for (GroupModel level = group; level != null; level = level.getParent()) {
            names.add(level.getName());
        }
        Collections.reverse(names);
        return names;
    }

    private GroupModel find(GroupModel parent, String name) {
        return session.groups().getGroupByName(realm, parent, name);
    }

    /**
     * In a transaction of its own: when two people log in at once, the second one's group is a duplicate, and only this
     * small transaction may fail of it, not the login.
     */
    private GroupModel make(GroupModel parent, String name) {
        String parentId = parent == null ? null : parent.getId();
        try {
            KeycloakModelUtils.runJobInTransaction(
                    session.getKeycloakSessionFactory(), other -> makeIn(other, realm.getId(), parentId, name));
        } catch (ModelException e) {
            return find(parent, name); // made by another login, or refused by Keycloak
        }
        return find(parent, name);
    }

    static void makeIn(KeycloakSession other, String realmId, String parentId, String name) {
        RealmModel sameRealm = other.realms().getRealm(realmId);
        other.getContext().setRealm(sameRealm);
        GroupModel parent = parentId == null ? null : other.groups().getGroupById(sameRealm, parentId);
        boolean allowed = parentId == null || (parent != null && parent.getSubGroupsCount() < MAX_SIBLINGS);
        if (allowed) {
            other.groups().createGroup(sameRealm, name, parent);
        }
    }
}
