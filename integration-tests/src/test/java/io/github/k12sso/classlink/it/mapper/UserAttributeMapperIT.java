package io.github.k12sso.classlink.it.mapper;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.k12sso.classlink.it.support.Profiles;
import io.github.k12sso.classlink.it.support.ProviderMappers;
import io.github.k12sso.classlink.it.support.TestEnvironment;
import io.github.k12sso.classlink.it.support.TestRealm;
import io.github.k12sso.classlink.it.support.WithTestEnvironment;
import java.util.List;
import java.util.Map;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The user attribute mapper. */
@WithTestEnvironment
class UserAttributeMapperIT {

    private static final String USER = "mira.fernwick.2";

    private TestEnvironment environment;
    private TestRealm realm;
    private ProviderMappers mappers;

    @BeforeEach
    void aRealm(TestEnvironment testEnvironment) {
        environment = testEnvironment;
        realm = environment.newRealm();
        mappers = new ProviderMappers(realm);
    }

    @ParameterizedTest
    @CsvSource({"SourcedId,4801508017", "TenantId,2", "Numbers,5678+671", "Numbers[1],671", "Nested.list[0].deep,found"
    })
    void theFirstLoginWritesStringsNumbersListsAndNestedFields(String path, String values) {
        environment.classLink().overrideProfile("student", profile -> {
            profile.putArray("Numbers").add(5678).add(671);
            profile.putObject("Nested").putArray("list").addObject().put("deep", "found");
            return profile;
        });
        add("m", "FORCE", path);
        realm.tokensOf("student");

        assertThat(attribute("target")).containsExactly(values.split("\\+"));
    }

    @ParameterizedTest
    @CsvSource({
        "FORCE,'\"Oak\"',Oak",
        "LEGACY,'\"Oak\"',Oak",
        "IMPORT,'\"Oak\"',Elm",
        "FORCE,'\"\"',",
        "LEGACY,'\"\"',",
        "IMPORT,'\"\"',Elm",
        "FORCE,null,",
        "LEGACY,null,",
        "IMPORT,null,Elm",
        "FORCE,[],",
        "FORCE,,",
        "LEGACY,,",
        "IMPORT,,Elm"
    })
    void aLaterLoginFollowsTheSyncMode(String syncMode, String nowSays, String expected) {
        classLinkSays("Building", "\"Elm\"");
        add("m", syncMode, "Building");
        realm.tokensOf("student");
        assertThat(attribute("target")).containsExactly("Elm");

        classLinkSays("Building", nowSays);
        realm.tokensOf("student");

        assertThat(attribute("target")).isEqualTo(expected == null ? List.of() : List.of(expected));
    }

    @ParameterizedTest
    @ValueSource(strings = {"null", "\"\"", "[]", "{\"a\": 1}"})
    void withoutAValueTheFirstLoginWritesNothing(String says) {
        classLinkSays("Building", says);
        add("m", "FORCE", "Building");
        realm.tokensOf("student");

        assertThat(attribute("target")).isEmpty();
    }

    @Test
    void anEditedMapperReadsTheNewFieldAtTheNextLogin() {
        add("m", "FORCE", "LoginId");
        realm.tokensOf("student");
        mappers.edit("m", "jsonField", "SourcedId");
        realm.tokensOf("student");

        assertThat(attribute("target")).containsExactly("4801508017");
    }

    @Test
    void anEditedTargetLeavesTheFormerAttributeUnchanged() {
        add("m", "FORCE", "LoginId");
        realm.tokensOf("student");
        mappers.edit("m", "userAttribute", "other");
        realm.tokensOf("student");

        assertThat(attribute("other")).containsExactly("mira.fernwick");
        assertThat(attribute("target")).containsExactly("mira.fernwick");
    }

    @Test
    void anInvalidPathIsLoggedAndWritesNothing() {
        add("m with a wrong path", "FORCE", "a[x]");
        realm.tokensOf("student");

        assertThat(attribute("target")).isEmpty();
        assertThat(environment.log()).contains("Mapper 'm with a wrong path': Profile field is not a path such as");
    }

    @Test
    void twoMappersOfOneAttributeCombineTheirValues() {
        add("m1", "FORCE", "LoginId");
        add("m2", "FORCE", "SourcedId");
        realm.tokensOf("student");
        assertThat(attribute("target")).containsExactlyInAnyOrder("mira.fernwick", "4801508017");

        classLinkSays("SourcedId", "\"\"");
        realm.tokensOf("student");
        assertThat(attribute("target")).containsExactly("mira.fernwick");

        classLinkSays("SourcedId", "\"77\"");
        realm.tokensOf("student");
        assertThat(attribute("target")).containsExactlyInAnyOrder("mira.fernwick", "77");
    }

    private void add(String name, String syncMode, String path) {
        mappers.add(
                name,
                "classlink-user-attribute-mapper",
                syncMode,
                Map.of("jsonField", path, "userAttribute", "target"));
    }

    /** Null removes the field. */
    private void classLinkSays(String member, String json) {
        environment.classLink().overrideProfile("student", profile -> Profiles.with(profile, member, json));
    }

    private List<String> attribute(String name) {
        JsonNode values = realm.state().user(USER).at("/attributes/" + name);
        return StreamSupport.stream(values.spliterator(), false)
                .map(JsonNode::textValue)
                .toList();
    }
}
