package io.github.k12sso.classlink.mapper;

import io.github.k12sso.classlink.profile.Profile.TenantId;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jboss.logging.Logger;
import org.keycloak.models.GroupModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionTask;
import org.keycloak.models.ModelException;
import org.keycloak.models.RealmModel;

/**
 * A realm's groups by their paths; missing ones are created. Names are compared exactly, because the collation of a database may
 * ignore case and accents: where {@code José} exists and such a database refuses {@code Jose}, the group is called
 * {@code Jose~x} and a hash of the name. No value of a template gives such a name.
 */
final class GroupsOnDemand {

    /** Groups that mappers make for one district inside one group. */
    static final int MAX_SIBLINGS = 5000;

    /** Of a group that a mapper made: TenantId, a blank, and the id of the group around it. */
    static final String MADE_FOR = "classlink.made_for";

    private static final Logger LOG = Logger.getLogger(GroupsOnDemand.class);
    private static final int HASH_LENGTH = 12;

    private final KeycloakSession session;
    private final RealmModel realm;
    private final String district;
    private final Consumer<KeycloakSessionTask> inOwnTransaction;
    private final Map<String, Integer> madeInside = new HashMap<>();

    /**
     * For one login.
     *
     * @param district of the person; people without one share a bound
     */
    GroupsOnDemand(KeycloakSession session, RealmModel realm, Optional<TenantId> district) {
        this(session, realm, district, job -> OwnTransaction.run(session, job));
    }

    GroupsOnDemand(
            KeycloakSession session,
            RealmModel realm,
            Optional<TenantId> district,
            Consumer<KeycloakSessionTask> inOwnTransaction) {
        this.inOwnTransaction = inOwnTransaction;
        this.session = session;
        this.realm = realm;
        this.district = district.map(TenantId::value).orElse("none");
    }

    /** The group with that path; empty if it is missing and its parent is full or gone, or Keycloak refuses a name. */
    Optional<GroupModel> findOrCreate(List<String> names) {
        GroupModel group = null;
        for (String name : names) {
            GroupModel parent = group;
            Optional<GroupModel> found = find(parent, name).or(() -> make(parent, name));
            if (found.isEmpty()) {
                LOG.warnf(
                        // Not its name: that may be made of a person's.
                        "realm=%s, district=%s: the group with the id %s has %d groups of this district inside already, is gone, "
                                + "or Keycloak refuses the name: none is made",
                        realm.getName(), district, group == null ? "" : group.getId(), MAX_SIBLINGS);
                return Optional.empty();
            }
            group = found.get();
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

    private Optional<GroupModel> find(GroupModel parent, String name) {
        GroupModel found = session.groups().getGroupByName(realm, parent, name);
        if (found == null || found.getName().equals(name)) {
            return Optional.ofNullable(found);
        }
        return Optional.ofNullable(session.groups().getGroupByName(realm, parent, apart(name)));
    }

    /**
     * In a transaction of its own: when two people log in at once, the second one's group is a duplicate, and only this
     * small transaction may fail of it, not the login.
     */
    private Optional<GroupModel> make(GroupModel parent, String name) {
        if (isFull(parent)) {
            return Optional.empty();
        }
        GroupModel similar = session.groups().getGroupByName(realm, parent, name);
        if (similar != null && similar.getName().equals(name)) {
            return Optional.of(similar); // made by another login a moment ago
        }
        String parentId = parent == null ? null : parent.getId();
        try {
            inOwnTransaction.accept(other -> makeIn(other, parentId, similar == null ? name : apart(name)));
        } catch (ModelException e) {
            return find(parent, name); // made by another login, or refused by Keycloak
        }
        if (parent != null) {
            madeInside.computeIfPresent(parentId, (id, made) -> made + 1);
        }
        return find(parent, name);
    }

    /** Counted once in a login, and only in a group that is large: then others may have made most of them. */
    private boolean isFull(GroupModel parent) {
        if (parent == null || parent.getSubGroupsCount() < MAX_SIBLINGS) {
            return false;
        }
        int made = madeInside.computeIfAbsent(parent.getId(), parentId -> (int) session.groups()
                .searchGroupsByAttributes(realm, Map.of(MADE_FOR, madeFor(parentId)), 0, MAX_SIBLINGS)
                .count());
        return made >= MAX_SIBLINGS;
    }

    private void makeIn(KeycloakSession other, String parentId, String name) {
        RealmModel sameRealm = other.realms().getRealm(realm.getId());
        other.getContext().setRealm(sameRealm);
        GroupModel parent = parentId == null ? null : other.groups().getGroupById(sameRealm, parentId);
        if (parentId == null || parent != null) {
            GroupModel made = other.groups().createGroup(sameRealm, name, parent);
            if (parentId != null) {
                made.setSingleAttribute(MADE_FOR, madeFor(parentId));
            }
        }
    }

    private String madeFor(String parentId) {
        return district + " " + parentId;
    }

    private static String apart(String name) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(name.getBytes(StandardCharsets.UTF_8));
            String mark = "~x" + HexFormat.of().formatHex(hash).substring(0, HASH_LENGTH);
            int end = Math.min(name.length(), GroupTemplate.MAX_NAME_LENGTH - mark.length());
            boolean insideOfACharacter = end < name.length() && Character.isLowSurrogate(name.charAt(end));
            return name.substring(0, insideOfACharacter ? end - 1 : end) + mark;
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e); // every Java has it
        }
    }
}
