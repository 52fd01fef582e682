package io.github.k12sso.classlink.it.mapper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.k12sso.classlink.it.support.AdminApi;
import io.github.k12sso.classlink.it.support.Browser;
import io.github.k12sso.classlink.it.support.ProviderMappers;
import io.github.k12sso.classlink.it.support.TestEnvironment;
import io.github.k12sso.classlink.it.support.TestRealm;
import io.github.k12sso.classlink.it.support.WebPage;
import io.github.k12sso.classlink.it.support.WithTestEnvironment;
import io.github.k12sso.classlink.simulator.fault.Fault;
import io.github.k12sso.classlink.simulator.http.Endpoint;
import io.github.k12sso.classlink.simulator.http.RecordedRequest;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Memberships from ClassLink groups. */
@WithTestEnvironment
class MyGroupsIT {

    private static final String USER = "mira.fernwick.2";
    private static final String TEMPLATE = "/classlink/${group_name}";

    private TestEnvironment environment;
    private TestRealm realm;
    private ProviderMappers mappers;

    @BeforeEach
    void aRealm(TestEnvironment testEnvironment) {
        environment = testEnvironment;
        realm = environment.newRealm();
        mappers = new ProviderMappers(realm);
    }

    @Test
    void everyClassLinkGroupIsAMembership() {
        add("m", "my-groups", TEMPLATE);
        classLinkSays("[{'name':'Chess/Go','groupId':17,'buildingId':1},{'name':'Band','groupId':18,'buildingId':1}]");
        realm.tokensOf("student");

        assertThat(groups()).containsExactlyInAnyOrder("/classlink/Chess~1Go", "/classlink/Band");
    }

    @Test
    void theSimulatorsOwnGroupsAreRead() {
        add("m", "my-groups", TEMPLATE);
        realm.tokensOf("student");

        assertThat(groups()).contains("/classlink/All Students");
    }

    @Test
    void aLaterLoginUpdatesMembershipsAndKeepsTheGroup() {
        add("m", "my-groups", TEMPLATE);
        classLinkSays("[{'name':'Chess','groupId':17},{'name':'Band','groupId':18}]");
        realm.tokensOf("student");
        classLinkSays("[{'name':'Band','groupId':18},{'name':'Choir','groupId':19}]");
        realm.tokensOf("student");

        assertThat(groups()).containsExactlyInAnyOrder("/classlink/Band", "/classlink/Choir");
        assertThat(environment
                        .admin()
                        .get(realmPath() + "/groups/count")
                        .get("count")
                        .asInt())
                .as("the group classlink with three subgroups")
                .isEqualTo(4);

        classLinkSays("[]");
        realm.tokensOf("student");
        assertThat(groups()).isEmpty();
    }

    @Test
    void groupsAreReadOnceAndOnlyIfAMapperUsesThem() {
        add("p", "profile", "/districts/${tenant_name}");
        realm.tokensOf("student");
        assertThat(requestsForGroups()).isEmpty();

        add("m1", "my-groups", TEMPLATE);
        add("m2", "my-groups", "/ids/${group_id}");
        realm.tokensOf("student");
        assertThat(requestsForGroups()).singleElement().satisfies(request -> {
            assertThat(request.method()).isEqualTo("GET");
            assertThat(request.path()).isEqualTo("/my/groups");
        });
    }

    static Stream<Fault> faults() {
        return Stream.of(
                Fault.status(500),
                Fault.status(429),
                Fault.status(401),
                Fault.status(403),
                Fault.reset(),
                Fault.truncated(),
                Fault.malformedJson(),
                Fault.wrongType(),
                Fault.wrongShape(),
                Fault.empty(),
                Fault.oversize(20_000_000),
                Fault.redirect("http://localhost:1/"));
    }

    @ParameterizedTest
    @MethodSource("faults")
    void ifGroupsAreUnavailableTheLoginWorksAndMembershipsAreKept(Fault fault) {
        add("m", "my-groups", TEMPLATE);
        classLinkSays("[{'name':'Chess','groupId':17}]");
        realm.tokensOf("student");

        environment.classLink().faults().clear();
        environment.classLink().faults().inject(Endpoint.GROUPS, fault);
        realm.tokensOf("student");

        assertThat(groups()).containsExactly("/classlink/Chess");
        assertThat(environment.logOf(realm))
                .filteredOn(line -> line.contains("groups_unavailable"))
                .hasSize(1);
    }

    @Test
    void ifGroupsAreUnavailableTheFirstLoginCreatesAUserWithoutGroups() {
        add("m", "my-groups", TEMPLATE);
        environment.classLink().faults().inject(Endpoint.GROUPS, Fault.status(500));
        realm.tokensOf("student");

        assertThat(groups()).isEmpty();
    }

    @Test
    void groupsAreKeptDuringTheFirstLoginPages() {
        add("m", "my-groups", TEMPLATE);
        classLinkSays("[{'name':'Chess','groupId':17,'buildingId':1}]");
        realm.configure(provider -> provider.put("firstBrokerLoginFlowAlias", "first broker login"));
        reviewEveryProfile();

        Browser browser = realm.newBrowser();
        WebPage review = realm.login(browser, "student");
        assertThat(review.document().selectFirst("#kc-idp-review-profile-form")).isNotNull();
        assertThat(realm.state().users()).hasSize(1);
        WebPage callback = browser.press(review, "#kc-idp-review-profile-form [type=submit]");

        assertThat(callback.handedToApp()).containsKey("code");
        assertThat(groups()).containsExactly("/classlink/Chess");
    }

    @ParameterizedTest
    @MethodSource("wrongTemplates")
    void aTemplateOfTheOtherSourceIsLoggedAndChangesNothing(String source, String template) {
        add("m " + source, source, template);
        realm.tokensOf("student");

        assertThat(groups()).isEmpty();
        assertThat(environment.log()).contains("Mapper 'm " + source + "': Group template has ");
    }

    static Stream<Arguments> wrongTemplates() {
        return Stream.of(arguments("profile", TEMPLATE), arguments("my-groups", "/districts/${tenant_name}"));
    }

    private void reviewEveryProfile() {
        JsonNode executions =
                environment.admin().get(realmPath() + "/authentication/flows/first%20broker%20login/executions");
        String config = StreamSupport.stream(executions.spliterator(), false)
                .filter(execution ->
                        "idp-review-profile".equals(execution.path("providerId").textValue()))
                .findFirst()
                .orElseThrow()
                .get("authenticationConfig")
                .textValue();
        String path = realmPath() + "/authentication/config/" + config;
        ObjectNode settings = (ObjectNode) environment.admin().get(path);
        ((ObjectNode) settings.get("config")).put("update.profile.on.first.login", "on");
        AdminApi.require(environment.admin().put(path, settings), "review page");
    }

    private void add(String name, String source, String template) {
        mappers.add(name, "classlink-group-mapper", "FORCE", Map.of("groupTemplate", template, "groupSource", source));
    }

    private void classLinkSays(String groups) {
        environment.classLink().faults().clear();
        environment
                .classLink()
                .faults()
                .inject(Endpoint.GROUPS, Fault.status(200).body(groups.replace('\'', '"')));
    }

    private List<RecordedRequest> requestsForGroups() {
        return environment.classLink().requests().stream()
                .filter(request -> request.endpoint() == Endpoint.GROUPS)
                .toList();
    }

    private List<String> groups() {
        String user = realm.state().user(USER).get("id").textValue();
        return StreamSupport.stream(
                        environment
                                .admin()
                                .get(realmPath() + "/users/" + user + "/groups")
                                .spliterator(),
                        false)
                .map(group -> group.get("path").textValue())
                .toList();
    }

    private String realmPath() {
        return "/realms/" + realm.name();
    }
}
