package io.github.k12sso.classlink.mapper;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.k12sso.classlink.Stub;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.keycloak.models.GroupModel;
import org.keycloak.models.GroupProvider;
import org.keycloak.models.KeycloakContext;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.RealmProvider;

/** The bound on what a mapper makes; the rest needs a server, see {@code GroupMapperIT}. */
class GroupsOnDemandTest {

    private final List<Object> made = new ArrayList<>();

    @ParameterizedTest
    @CsvSource({"0,true", "4999,true", "5000,false", "70000,false"})
    void aGroupThatIsFullGetsNoMore(long groupsInside, boolean makes) {
        GroupsOnDemand.makeIn(realmWithAGroupOf(groupsInside), "realm", "parent", "Maple Valley");

        assertThat(made).hasSize(makes ? 1 : 0);
    }

    private KeycloakSession realmWithAGroupOf(long groupsInside) {
        RealmModel realm = Stub.of(RealmModel.class, Map.of());
        GroupModel parent = Stub.of(GroupModel.class, Map.of("getSubGroupsCount", arguments -> groupsInside));
        RealmProvider realms = Stub.of(RealmProvider.class, Map.of("getRealm", arguments -> realm));
        KeycloakContext context = Stub.of(KeycloakContext.class, Map.of("setRealm", arguments -> null));
        GroupProvider groups =
                Stub.of(GroupProvider.class, Map.of("getGroupById", arguments -> parent, "createGroup", arguments -> {
                    made.add(arguments[1]);
                    return null;
                }));
        return Stub.of(
                KeycloakSession.class,
                Map.of(
                        "realms", arguments -> realms,
                        "getContext", arguments -> context,
                        "groups", arguments -> groups));
    }
}
