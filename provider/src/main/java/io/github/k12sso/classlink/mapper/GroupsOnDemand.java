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
    private static final int ATTEMPTS = 3;
    private static final Pattern MARK = Pattern.compile("~x[0-9a-f]{" + HASH_LENGTH + "}$");

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

    /**
     * Makes a user a member of the group with that path.
     *
     * @return the group's id; empty if the group is missing and cannot be made: its parent is full, or Keycloak refuses a name
     */
    Optional<String> join(UserModel user, List<String> names) {
        Optional<String> id = findOrCreate(names);
        id.ifPresent(group -> join(user, group));
        return id;
    }

    /** A login's own transaction does not see what was created after it began, if the database isolates by REPEATABLE READ. */
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

    /** The id of the group with that path. */
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

    private static GroupModel find(KeycloakSession session, RealmModel realm, GroupModel parent, String name) {
        GroupModel found = session.groups().getGroupByName(realm, parent, name);
        return found == null || found.getName().equals(name)
                ? found
                : session.groups().getGroupByName(realm, parent, apart(name));
    }

    /**
     * In a transaction of its own: of two logins at once, the second one's group is a duplicate, and only this small transaction
     * may fail of it, not the login. The next one begins after the other login's group is committed, and finds it.
     */
    private Optional<String> create(List<String> names) {
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            AtomicReference<String> id = new AtomicReference<>();
            try {
                inOwnTransaction.accept(other -> id.set(createIn(other, names)));
                return Optional.ofNullable(id.get());
            } catch (ModelException e) {
                madeInside.clear(); // not made after all
            }
        }
        LOG.warnf(
                // Not its name: that may be made of a person's.
                "realm=%s, district=%s: Keycloak refuses to create a group, nobody joins it. Check that the names a group "
                        + "template gives fit Keycloak's rules",
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
                            "realm=%s, district=%s: the group with the id %s has %d groups of this district inside already: "
                                    + "none is created, and nobody joins it",
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
            return similar; // another login has just committed it
        }
        GroupModel made = other.groups().createGroup(sameRealm, similar == null ? name : apart(name), parent);
        if (parent != null) {
            made.setSingleAttribute(MADE_FOR, madeFor(parent.getId()));
            madeInside.computeIfPresent(parent.getId(), (id, number) -> number + 1);
        }
        return made;
    }

    /** Counted once in a login, and only in a group that is large: then others may have made most of them. */
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

    /** Another name for what the database takes for something else of that name. */
    static String apart(String name) {
        return apart(name, GroupTemplate.MAX_NAME_LENGTH);
    }

    /** As much of a name as fits, and a hash of all of it. */
    static String apart(String name, int maxLength) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(name.getBytes(StandardCharsets.UTF_8));
            String mark = "~x" + HexFormat.of().formatHex(hash).substring(0, HASH_LENGTH);
            int end = Math.min(name.length(), maxLength - mark.length());
            boolean insideOfACharacter = end < name.length() && Character.isLowSurrogate(name.charAt(end));
            return name.substring(0, insideOfACharacter ? end - 1 : end) + mark;
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e); // every Java has it
        }
    }

    /** The name that {@link #apart} was given; most of it, if that was very long. */
    static String withoutMark(String name) {
        return MARK.matcher(name).replaceFirst("");
    }
}
