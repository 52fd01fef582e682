package io.github.k12sso.classlink.mapper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.k12sso.classlink.Stub;
import io.github.k12sso.classlink.profile.RosterClass;
import io.github.k12sso.classlink.profile.RosterClass.Role;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.keycloak.broker.oidc.mappers.AbstractJsonUserAttributeMapper;
import org.keycloak.broker.provider.BrokeredIdentityContext;
import org.keycloak.models.ClientModel;
import org.keycloak.models.ClientScopeModel;
import org.keycloak.models.IdentityProviderModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.ProtocolMapperModel;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserSessionModel;
import org.keycloak.protocol.ProtocolMapperConfigException;
import org.keycloak.protocol.oidc.mappers.OIDCAttributeMapperHelper;
import org.keycloak.representations.IDToken;
import org.keycloak.sessions.AuthenticationSessionModel;

/** Classes on their way from the login through the user session into tokens. */
class SessionClassesTest {

    private static final String MATH =
            "{\"id\":\"c1\",\"title\":\"Math/7\",\"code\":\"M7\",\"school\":\"s1\",\"role\":\"teacher\"}";

    private final Map<String, String> notes = new HashMap<>();
    private boolean wanted = true;

    @Test
    void aTokenHasTheClassesReadAtLogin() {
        login("2", "Maple", List.of(math()));

        assertThat(claims("classes")).hasToString("{classes=[" + MATH + "]}");
        assertThat(claims("school")).hasToString("{school=[{\"id\":\"s1\",\"name\":\"North\"}]}");
        assertThat(claims("district")).hasToString("{district={\"id\":\"2\",\"name\":\"Maple\"}}");
    }

    @Test
    void nothingIsStoredIfNoMapperUsesIt() {
        wanted = false;
        login("2", "Maple", List.of(math()));

        assertThat(notes).isEmpty();
    }

    @Test
    void noClassesGiveAnEmptyListAndUnknownClassesGiveNone() {
        login("2", "Maple", List.of());
        assertThat(claims("classes")).hasToString("{classes=[]}");

        notes.clear();
        login("2", "Maple", null);
        assertThat(claims("classes")).isEmpty();
        assertThat(claims("district")).isNotEmpty();
    }

    @Test
    void anUnavailableRosterLeavesTheSessionUnchanged() {
        login("2", "Maple", List.of(math()));
        login("2", "Maple", null);

        assertThat(claims("classes")).hasToString("{classes=[" + MATH + "]}");
    }

    @Test
    void classesOfAnotherAccountAreNotIncluded() {
        login("2", "Maple", List.of(math()));
        login("2222", "Harbor", null);

        assertThat(claims("classes")).isEmpty();
        assertThat(claims("district")).hasToString("{district={\"id\":\"2222\",\"name\":\"Harbor\"}}");
    }

    @Test
    void aListIsCompleteOrOmitted() {
        login("2", "Maple", many(40));

        assertThat(claims("classes", "claim.name", "classes")).hasToString("{classes_omitted=true}");
        assertThat(claims("classes", ClaimMapper.LIMIT, "16384").get("classes").toString())
                .contains("\"c0\"", "\"c39\"");
    }

    @Test
    void theSizeOfASessionIsBounded() {
        login("2", "Maple", many(200));

        assertThat(notes.values()).allMatch(note -> SessionClasses.size(note) <= SessionClasses.MAX_BYTES);
        assertThat(claims("classes", ClaimMapper.LIMIT, "16384")).hasToString("{classes_omitted=true}");
    }

    @Test
    void aLongTitleIsTruncated() {
        login("2", "Maple", List.of(titled("c1", "x".repeat(300))));

        assertThat(claims("classes").get("classes").toString())
                .contains("\"" + "x".repeat(255) + "\"")
                .doesNotContain("x".repeat(256));
    }

    @Test
    void aClaimHasTheNameSetInTheMapper() {
        login("2", "Maple", List.of());

        assertThat(claims("classes", "claim.name", "kurse")).hasToString("{kurse=[]}");
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "16385", "-1", "many", "1e3"})
    void theLimitMustBeANumberWithinItsBounds(String limit) {
        ProtocolMapperModel mapper = claimMapper("classes", ClaimMapper.LIMIT, limit);

        assertThatThrownBy(() -> new ClaimMapper().validateConfig(null, null, null, mapper))
                .isInstanceOf(ProtocolMapperConfigException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"${term}", "${course_title}", "${nonsense}", "${class_id"})
    void aSamlTemplateUsesOnlyFieldsStoredInTheSession(String template) {
        ProtocolMapperModel mapper = new ProtocolMapperModel();
        mapper.setConfig(Map.of(SamlClassesMapper.TEMPLATE, template));

        assertThatThrownBy(() -> new SamlClassesMapper().validateConfig(null, null, null, mapper))
                .isInstanceOf(ProtocolMapperConfigException.class)
                .hasMessageContaining("placeholder");
    }

    private static RosterClass math() {
        return new RosterClass(
                "c1",
                Optional.of("Math/7"),
                Optional.of("M7"),
                Optional.of("Mathematics"),
                Optional.of("s1"),
                Optional.of("North"),
                Optional.of("Fall"),
                Role.TEACHER);
    }

    private static List<RosterClass> many(int count) {
        return IntStream.range(0, count)
                .mapToObj(number -> titled("c" + number, "Title ".repeat(12)))
                .toList();
    }

    private static RosterClass titled(String id, String title) {
        return new RosterClass(
                id,
                Optional.of(title),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Role.STUDENT);
    }

    private void login(String tenantId, String tenant, List<RosterClass> classes) {
        IdentityProviderModel provider = new IdentityProviderModel();
        provider.setAlias("classlink");
        provider.setEnabled(true);
        BrokeredIdentityContext login = new BrokeredIdentityContext("1", provider);
        login.getContextData()
                .put(
                        AbstractJsonUserAttributeMapper.CONTEXT_JSON_NODE,
                        MapperDocuments.json(
                                "{\"UserId\": 1, \"TenantId\": " + tenantId + ", \"Tenant\": \"" + tenant + "\"}"));
        if (classes != null) {
            login.getContextData().put("classlink.roster-classes", RosterClass.write(classes));
        }
        ClientScopeModel scope = Stub.of(
                ClientScopeModel.class,
                Map.of(
                        "getProtocolMappersStream",
                        none -> wanted ? Stream.of(claimMapper("classes")) : Stream.empty()));
        SessionClasses.keep(
                Stub.of(KeycloakSession.class, Map.of("getAttribute", none -> null, "setAttribute", none -> null)),
                Stub.of(
                        AuthenticationSessionModel.class,
                        Map.of(
                                "getRealm",
                                none -> Stub.of(
                                        RealmModel.class, Map.of("getClientScopesStream", unused -> Stream.of(scope))),
                                "getClient",
                                none -> Stub.of(
                                        ClientModel.class,
                                        Map.of(
                                                "getId",
                                                unused -> "app",
                                                "getProtocolMappersStream",
                                                unused -> Stream.empty())),
                                "setUserSessionNote",
                                note -> notes.put((String) note[0], (String) note[1]))),
                login);
    }

    private Map<String, Object> claims(String value, String... config) {
        UserSessionModel session =
                Stub.of(UserSessionModel.class, Map.of("getNote", name -> notes.get((String) name[0])));
        IDToken token = new IDToken();
        new ClaimMapper().setClaim(token, claimMapper(value, config), session, null, null);
        return token.getOtherClaims();
    }

    private static ProtocolMapperModel claimMapper(String value, String... config) {
        ProtocolMapperModel mapper = new ProtocolMapperModel();
        mapper.setProtocolMapper(ClaimMapper.ID);
        mapper.setName("m");
        Map<String, String> settings = new HashMap<>(Map.of(ClaimMapper.VALUE, value));
        List<String> more = Arrays.asList(config);
        for (int at = 0; at < more.size(); at += 2) {
            settings.put(more.get(at), more.get(at + 1));
        }
        settings.putIfAbsent(OIDCAttributeMapperHelper.TOKEN_CLAIM_NAME, value);
        mapper.setConfig(settings);
        return mapper;
    }
}
