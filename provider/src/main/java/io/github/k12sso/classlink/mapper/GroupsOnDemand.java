package io.github.k12sso.classlink.mapper;

import io.github.k12sso.classlink.keycloak.AfterCommit;
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
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.jboss.logging.Logger;
import org.keycloak.models.GroupModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionTask;
import org.keycloak.models.ModelException;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;

/**
 * Finds groups by path and creates missing ones. Names are compared exactly because a database collation may ignore
 * case and accents. If {@code José} exists and the database rejects {@code Jose}, the group is named {@code Jose~x}
 * plus a hash of the name, which no template value can produce.
 */
final class GroupsOnDemand {

    /** Maximum number of subgroups that mappers create for one district in one group. */
    static final int MAX_SIBLINGS = 5000;

    /** Attribute of groups created by a mapper: the TenantId, a space and the ID of the parent group. */
    static final String MADE_FOR = "classlink.made_for";

    private static final Logger LOG = Logger.getLogger(GroupsOnDemand.class);
    private static final int HASH_LENGTH = 12;
    private static final int ATTEMPTS = 3;
    private static final Pattern MARK = Pattern.compile("~x[0-9a-f]{" + HASH_LENGTH + "}$");

    private final KeycloakSession session;
    private final RealmModel realm;
    private final String district;
    private final Consumer<KeycloakSessionTask> inOwnTransaction;
    private final Map<String, Integer> madeInside = new HashMap<>();

    /**
     * Creates an instance for one login.
     *
     * @param district of the user; users without a district share one limit
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

    /**
     * Adds a user to the group with this path.
     *
     * @return the group's ID; empty if the group is missing and cannot be created because of the limit or a name that
     *     Keycloak rejects
     */
    Optional<String> join(UserModel user, List<String> names) {
        Optional<String> id = findOrCreate(names);
        id.ifPresent(group -> join(user, group));
        return id;
    }

    /** With REPEATABLE READ isolation, the login's transaction does not see a group that was created later. */
    private void join(UserModel user, String id) {
        GroupModel group = session.groups().getGroupById(realm, id);
        if (group != null) {
            user.joinGroup(group);
            return;
        }
        AfterCommit.runInTransaction(session, "membership of a new group", (other, sameRealm) -> {
            GroupModel made = other.groups().getGroupById(sameRealm, id);
            UserModel stored = other.users().getUserById(sameRealm, user.getId());
            if (made != null && stored != null) {
                stored.joinGroup(made);
            }
        });
    }

    /** Returns the ID of the group with this path. */
    Optional<String> findOrCreate(List<String> names) {
        GroupModel group = null;
        for (String name : names) {
            group = find(session, realm, group, name);
            if (group == null) {
                return create(names);
            }
        }
        return Optional.ofNullable(group).map(GroupModel::getId);
    }

    /** Returns the names in a group's path; empty for a group of an organization. */
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

    private static GroupModel find(KeycloakSession session, RealmModel realm, GroupModel parent, String name) {
        GroupModel found = session.groups().getGroupByName(realm, parent, name);
        return found == null || found.getName().equals(name)
                ? found
                : session.groups().getGroupByName(realm, parent, apart(name));
    }

    /**
     * Creates the group in a separate transaction: with concurrent logins, the second one gets a duplicate error that
     * fails only this transaction. Its retry finds the committed group.
     */
    private Optional<String> create(List<String> names) {
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            AtomicReference<String> id = new AtomicReference<>();
            try {
                inOwnTransaction.accept(other -> id.set(createIn(other, names)));
                return Optional.ofNullable(id.get());
            } catch (ModelException e) {
                madeInside.clear(); // the groups were not created
            }
        }
        LOG.warnf(
                // The name is not logged because it may contain personal data.
                "Keycloak rejected a new group, so no user was added. Check that the group template makes names "
                        + "that Keycloak allows. realm=%s, district=%s",
                realm.getName(), district);
        return Optional.empty();
    }

    private String createIn(KeycloakSession other, List<String> names) {
        RealmModel sameRealm = other.realms().getRealm(realm.getId());
        other.getContext().setRealm(sameRealm);
        GroupModel group = null;
        for (String name : names) {
            GroupModel parent = group;
            group = find(other, sameRealm, parent, name);
            if (group == null) {
                if (isFull(other, sameRealm, parent)) {
                    LOG.warnf(
                            "A group was not created because its parent has the maximum number of subgroups for "
                                    + "this district. realm=%s, district=%s, parent=%s, subgroups=%d",
                            realm.getName(), district, parent.getId(), MAX_SIBLINGS);
                    return null;
                }
                group = createIn(other, sameRealm, parent, name);
            }
        }
        return group == null ? null : group.getId();
    }

    private GroupModel createIn(KeycloakSession other, RealmModel sameRealm, GroupModel parent, String name) {
        GroupModel similar = other.groups().getGroupByName(sameRealm, parent, name);
        if (similar != null && similar.getName().equals(name)) {
            return similar; // committed by another login
        }
        GroupModel made = other.groups().createGroup(sameRealm, similar == null ? name : apart(name), parent);
        if (parent != null) {
            made.setSingleAttribute(MADE_FOR, madeFor(parent.getId()));
            madeInside.computeIfPresent(parent.getId(), (id, number) -> number + 1);
        }
        return made;
    }

    /** Counted once per login, and only for a large group, because most subgroups may belong to others. */
    private boolean isFull(KeycloakSession other, RealmModel sameRealm, GroupModel parent) {
        if (parent == null || parent.getSubGroupsCount() < MAX_SIBLINGS) {
            return false;
        }
        int made = madeInside.computeIfAbsent(parent.getId(), parentId -> (int) other.groups()
                .searchGroupsByAttributes(sameRealm, Map.of(MADE_FOR, madeFor(parentId)), 0, MAX_SIBLINGS)
                .count());
        return made >= MAX_SIBLINGS;
    }

    private String madeFor(String parentId) {
        return district + " " + parentId;
    }

    /** Returns an alternative name that the database can distinguish. */
    static String apart(String name) {
        return apart(name, GroupTemplate.MAX_NAME_LENGTH);
    }

    /** Truncates a name and appends a hash of the whole name. */
    static String apart(String name, int maxLength) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(name.getBytes(StandardCharsets.UTF_8));
            String mark = "~x" + HexFormat.of().formatHex(hash).substring(0, HASH_LENGTH);
            int end = Math.min(name.length(), maxLength - mark.length());
            boolean insideOfACharacter = end < name.length() && Character.isLowSurrogate(name.charAt(end));
            return name.substring(0, insideOfACharacter ? end - 1 : end) + mark;
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e); // every Java platform has SHA-256
        }
    }

    /** Returns the original name of {@link #apart}, truncated if it was very long. */
    static String withoutMark(String name) {
        return MARK.matcher(name).replaceFirst("");
    }
}
