package io.github.k12sso.classlink.mapper;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.k12sso.classlink.Stub;
import io.github.k12sso.classlink.profile.Profile.TenantId;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.keycloak.models.GroupModel;
import org.keycloak.models.GroupProvider;
import org.keycloak.models.KeycloakContext;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakTransactionManager;
import org.keycloak.models.ModelDuplicateException;
import org.keycloak.models.ModelException;
import org.keycloak.models.RealmModel;
import org.keycloak.models.RealmProvider;
import org.keycloak.models.UserModel;

/** Limits and names in a database that ignores case and accents. {@code GroupMapperIT} tests the rest on a server. */
class GroupsOnDemandTest {

    private final List<GroupModel> all = new ArrayList<>();
    private final RealmModel realm =
            Stub.of(RealmModel.class, Map.of("getId", arguments -> "realm-1", "getName", arguments -> "state"));
    private final GroupModel parent = group("districts", null);
    private final List<Object> afterCommit = new ArrayList<>();
    private final KeycloakSession session = session(group -> true);

    @ParameterizedTest
    @CsvSource({"0,0,true", "4999,0,true", "5000,4999,true", "70000,4999,true", "5000,5000,false", "70000,5000,false"})
    void theLimitIsPerDistrict(int others, int own, boolean makes) {
        fill("9", others - own);
        fill("2", own);

        assertThat(groups("2").findOrCreate(List.of("districts", "Maple Valley")))
                .matches(found -> found.isPresent() == makes);
    }

    @Test
    void aDistrictAtItsLimitDoesNotAffectOthers() {
        fill("9", GroupsOnDemand.MAX_SIBLINGS);

        assertThat(groups("9").findOrCreate(List.of("districts", "one more"))).isEmpty();
        assertThat(found("2", "Maple Valley").getName()).isEqualTo("Maple Valley");
    }

    @Test
    void theLimitHoldsWithinOneLogin() {
        fill("2", GroupsOnDemand.MAX_SIBLINGS - 1);
        GroupsOnDemand login = groups("2");

        assertThat(login.findOrCreate(List.of("districts", "the last"))).isPresent();
        assertThat(login.findOrCreate(List.of("districts", "one more"))).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"José, Jose", "OAK, Oak"})
    void namesThatTheDatabaseComparesAsEqualAreTwoGroups(String first, String second) {
        GroupModel one = found("2", first);
        GroupModel other = found("9", second);

        assertThat(one.getName()).isEqualTo(first);
        assertThat(other.getName()).startsWith(second + "~x");
        assertThat(found("9", second)).isEqualTo(other);
        assertThat(found("2", first)).isEqualTo(one);
    }

    @ParameterizedTest
    @CsvSource({
        "${tenant_name}, José, Jose",
        "People of ${tenant_name}'s schools, People of José's schools, " + "People of Jose's schools",
        "Staff, STAFF, Staff"
    })
    void aGroupWithASuffixStillBelongsToTheTemplate(String level, String first, String second) {
        found("2", first);
        GroupModel other = found("9", second);

        assertThat(GroupTemplate.parse("/districts/" + level).makes(List.of("districts", other.getName())))
                .isTrue();
    }

    @Test
    void aLongNameFitsTheColumn() {
        String name = "é".repeat(255);
        groups("2").findOrCreate(List.of("districts", name));

        assertThat(found("9", "e".repeat(255)).getName()).hasSize(255);
    }

    @Test
    void aGroupThatAConcurrentLoginCreatesIsShared() {
        AtomicBoolean raced = new AtomicBoolean();
        GroupsOnDemand login = new GroupsOnDemand(session, realm, TenantId.of("2"), job -> {
            if (raced.compareAndSet(false, true)) {
                group("Maple Valley", parent);
                throw new ModelDuplicateException("SIBLING_NAMES");
            }
            job.run(session);
        });

        assertThat(login.findOrCreate(List.of("districts", "Maple Valley")))
                .contains(byName(parent, "Maple Valley").orElseThrow().getId());
        assertThat(all).hasSize(2);
    }

    /** READ COMMITTED: a later query sees what another transaction committed. */
    @Test
    void aGroupThatAConcurrentLoginCommitsIsShared() {
        GroupModel districts = parent;
        AtomicInteger looked = new AtomicInteger();
        KeycloakSession late = session(group -> group == districts || looked.incrementAndGet() > 2);
        GroupModel made = group("Maple Valley", parent);
        GroupsOnDemand login = new GroupsOnDemand(late, realm, TenantId.of("2"), job -> job.run(late));

        assertThat(login.findOrCreate(List.of("districts", "Maple Valley"))).contains(made.getId());
        assertThat(all).hasSize(2);
    }

    @Test
    void aNameThatKeycloakRejectsIsRetriedAFewTimesOnly() {
        AtomicInteger tries = new AtomicInteger();
        GroupsOnDemand login = new GroupsOnDemand(session, realm, TenantId.of("2"), job -> {
            tries.incrementAndGet();
            throw new ModelException("refused");
        });

        assertThat(login.findOrCreate(List.of("districts", "Maple Valley"))).isEmpty();
        assertThat(tries).hasValue(3);
    }

    @Test
    void theUserJoinsImmediatelyIfTheTransactionSeesTheGroup() {
        List<Object> joined = new ArrayList<>();

        Optional<String> id = groups("2").join(user(joined), List.of("districts", "Maple Valley"));

        assertThat(joined).containsExactly(byName(parent, "Maple Valley").orElseThrow());
        assertThat(id).isPresent();
        assertThat(afterCommit).isEmpty();
    }

    /** REPEATABLE READ, the default of MariaDB and MySQL. */
    @Test
    void theUserJoinsAfterTheCommitIfTheTransactionDoesNotSeeTheGroup() {
        List<Object> joined = new ArrayList<>();
        List<GroupModel> seen = List.copyOf(all);
        GroupsOnDemand login =
                new GroupsOnDemand(session(seen::contains), realm, TenantId.of("2"), job -> job.run(session));

        Optional<String> id = login.join(user(joined), List.of("districts", "Maple Valley"));

        assertThat(id).contains(byName(parent, "Maple Valley").orElseThrow().getId());
        assertThat(joined).isEmpty();
        assertThat(afterCommit).hasSize(1);
    }

    private GroupModel found(String district, String name) {
        String id = groups(district).findOrCreate(List.of("districts", name)).orElseThrow();
        return all.stream()
                .filter(group -> group.getId().equals(id))
                .findFirst()
                .orElseThrow();
    }

    private static UserModel user(List<Object> joined) {
        return Stub.of(UserModel.class, Map.of("joinGroup", arguments -> joined.add(arguments[0])));
    }

    private GroupsOnDemand groups(String district) {
        return new GroupsOnDemand(session, realm, TenantId.of(district), job -> job.run(session));
    }

    private void fill(String district, int count) {
        IntStream.range(0, count)
                .mapToObj(number -> group(district + "-" + number, parent))
                .forEach(group -> group.setSingleAttribute(GroupsOnDemand.MADE_FOR, district + " " + parent.getId()));
    }

    private GroupModel group(String name, GroupModel around) {
        String id = "g" + all.size();
        Map<String, String> attributes = new HashMap<>();
        GroupModel group = Stub.of(
                GroupModel.class,
                Map.of(
                        "getId", arguments -> id,
                        "getName", arguments -> name,
                        "getParent", arguments -> around,
                        "getSubGroupsCount", arguments -> (long) all.size() - 1,
                        "setSingleAttribute", arguments -> attributes.put((String) arguments[0], (String) arguments[1]),
                        "getFirstAttribute", arguments -> attributes.get((String) arguments[0])));
        all.add(group);
        return group;
    }

    private Optional<GroupModel> byName(Object around, Object name) {
        return all.stream()
                .filter(group -> group.getParent() == around)
                .filter(group -> collated(group.getName()).equals(collated((String) name)))
                .findFirst();
    }

    private static String collated(String text) {
        return Normalizer.normalize(text, Normalizer.Form.NFD)
                .replaceAll("\\p{M}", "")
                .toLowerCase(Locale.ROOT);
    }

    private GroupModel create(Object name, Object around) {
        if (byName(around, name).isPresent()) {
            throw new ModelDuplicateException("SIBLING_NAMES");
        }
        return group((String) name, (GroupModel) around);
    }

    private Stream<GroupModel> madeFor(Map<?, ?> attributes, int max) {
        return all.stream()
                .filter(group -> attributes
                        .get(GroupsOnDemand.MADE_FOR)
                        .equals(group.getFirstAttribute(GroupsOnDemand.MADE_FOR)))
                .limit(max);
    }

    private KeycloakSession session(Predicate<GroupModel> sees) {
        GroupProvider groups = Stub.of(
                GroupProvider.class,
                Map.of(
                        "getGroupByName",
                        arguments ->
                                byName(arguments[1], arguments[2]).filter(sees).orElse(null),
                        "getGroupById",
                        arguments -> all.stream()
                                .filter(sees)
                                .filter(group -> group.getId().equals(arguments[1]))
                                .findFirst()
                                .orElse(null),
                        "createGroup",
                        arguments -> create(arguments[1], arguments[2]),
                        "searchGroupsByAttributes",
                        arguments -> madeFor((Map<?, ?>) arguments[1], (Integer) arguments[3])));
        RealmProvider realms = Stub.of(RealmProvider.class, Map.of("getRealm", arguments -> realm));
        KeycloakContext context =
                Stub.of(KeycloakContext.class, Map.of("setRealm", arguments -> null, "getRealm", arguments -> realm));
        KeycloakTransactionManager transactions = Stub.of(
                KeycloakTransactionManager.class,
                Map.of("enlistAfterCompletion", arguments -> afterCommit.add(arguments[0])));
        return Stub.of(
                KeycloakSession.class,
                Map.of(
                        "realms", arguments -> realms,
                        "getContext", arguments -> context,
                        "getTransactionManager", arguments -> transactions,
                        "getKeycloakSessionFactory", arguments -> null,
                        "groups", arguments -> groups));
    }
}
