package io.github.k12sso.classlink.keycloak;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.k12sso.classlink.Stub;
import io.github.k12sso.classlink.keycloak.FederatedIds.Link;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.models.UserModel;
import org.keycloak.provider.ProviderFactory;

/** Users whose ids the database compares as equal. {@code DatabasesIT} tests the same on MariaDB. */
class FederatedIdsTest {

    private final CollatedUsers users = new CollatedUsers();

    @Test
    void givenNoExistingUser_thenTheUserIsLinkedByTheirId() {
        assertThat(users.ids().link("classlink", "2|AbC10")).isEqualTo(new Link("2|AbC10", Optional.empty()));
    }

    @Test
    void givenAnExistingLink_thenItIsFound() {
        UserModel user = users.linkedBy("2|AbC10");

        assertThat(users.ids().link("classlink", "2|AbC10")).isEqualTo(new Link("2|AbC10", Optional.of(user)));
    }

    @ParameterizedTest
    @CsvSource({"AbC10, aBc10", "josé, jose", "jose, josé", "x1, 'x1 '", "a, Á"})
    void givenAnIdThatTheDatabaseComparesAsEqual_thenEachPersonGetsAUser(String first, String second) {
        UserModel theirs = users.linkedBy("2|" + first);

        Link other = users.ids().link("classlink", "2|" + second);

        assertThat(other.user()).isEmpty();
        assertThat(users.ids().user("classlink", "2|" + second)).isEmpty();
        assertThat(other.id()).matches("sha256:[0-9a-f]{64}");
        UserModel own = users.linkedBy(other.id());
        assertThat(users.ids().link("classlink", "2|" + second)).isEqualTo(new Link(other.id(), Optional.of(own)));
        assertThat(users.ids().link("classlink", "2|" + first)).isEqualTo(new Link("2|" + first, Optional.of(theirs)));
    }

    @Test
    void givenTheFirstPersonIsRemoved_thenTheSecondKeepsTheirUser() {
        UserModel first = users.linkedBy("2|AbC10");
        String hashed = users.ids().link("classlink", "2|aBc10").id();
        UserModel second = users.linkedBy(hashed);

        users.unlink(first);

        assertThat(users.ids().link("classlink", "2|aBc10")).isEqualTo(new Link(hashed, Optional.of(second)));
        assertThat(users.ids().link("classlink", "2|AbC10").user()).isEmpty();
    }

    @Test
    void givenAStaleCache_thenTheLinkIsStillFound() {
        UserModel user = users.linkedBy("2|AbC10");
        users.unlink(user);
        users.cacheIsStale();
        users.link(user, "2|AbC10");

        assertThat(users.ids().link("classlink", "2|AbC10")).isEqualTo(new Link("2|AbC10", Optional.of(user)));
        assertThat(users.ids().user("classlink", "2|AbC10")).contains(user);
    }

    @Test
    void givenTwoLinksThatCompareAsEqual_thenBothUsersSignIn() {
        UserModel first = users.linkedBy("2|AbC10");
        UserModel second = users.linkedBy("2|aBc10");

        assertThat(users.ids().link("classlink", "2|aBc10").user()).contains(second);

        assertThat(users.idsOf(second)).singleElement().asString().startsWith("sha256:");
        assertThat(users.idsOf(first)).containsExactly("2|AbC10");
        assertThat(users.ids().link("classlink", "2|AbC10")).isEqualTo(new Link("2|AbC10", Optional.of(first)));
    }

    @Test
    void givenTwoLinksThatCompareAsEqual_thenAThirdPersonMatchesNeither() {
        users.linkedBy("2|AbC10");
        users.linkedBy("2|aBc10");

        assertThat(users.ids().link("classlink", "2|ABC10").user()).isEmpty();
    }

    /** An id that looks like a hash must not match the user whose id has that hash. */
    @ParameterizedTest
    @ValueSource(strings = {"sha256:", "SHA256:", "sha256: "})
    void givenAnIdThatLooksLikeAHash_thenItMatchesNoOtherUser(String prefix) {
        users.linkedBy("2|AbC10");
        String hashed = users.ids().link("classlink", "2|aBc10").id();
        users.linkedBy(hashed);

        Link forged = users.ids().link("classlink", hashed.replace("sha256:", prefix));

        assertThat(forged.user()).isEmpty();
        assertThat(forged.id()).isNotEqualTo(hashed);
    }

    @ParameterizedTest
    @CsvSource({
        "jose.2, josé.2, true",
        "josé.2, jose.2, true",
        "jose.2, jose.2, false",
        "jose.2, JOSE.2, false",
        "a.2, b.2, false"
    })
    void usernamesAreComparedAsTheDatabaseComparesThem(String username, String existing, boolean another) {
        users.linkedBy(existing);

        assertThat(users.ids().isAnothers(username)).isEqualTo(another);
    }

    /** The stub searches as MariaDB does, so an answer of true shows that it was searched. */
    @ParameterizedTest
    @CsvSource({
        "PostgreSQL 17.2, false",
        "MariaDB 11.4.2-MariaDB, true",
        "MySQL 8.4.0, true",
        "Microsoft SQL Server 16.00.4135, true",
        "Oracle Oracle Database 23ai, true",
        "H2 2.3.232, true",
        "'', true"
    })
    void aSearchForEqualTextIsOnlyNeededIfTheDatabaseMayCompareLoosely(String database, boolean searched) {
        users.linkedBy("josé.2");

        assertThat(users.idsOn(database).isAnothers("jose.2")).isEqualTo(searched);
    }

    @Test
    void givenAServerThatDoesNotDescribeItsDatabase_thenTextMayBeComparedLoosely() {
        for (KeycloakSessionFactory server : List.of(
                Databases.server("connectionsJpa", Stub.of(ProviderFactory.class, Map.of())),
                Databases.server("connectionsInfinispan", Stub.of(ProviderFactory.class, Map.of())))) {
            KeycloakSession session =
                    Stub.of(KeycloakSession.class, Map.of("getKeycloakSessionFactory", arguments -> server));

            assertThat(FederatedIds.isComparedExactly(session)).isFalse();
        }
    }

    @Test
    void onePersonCanBeLinkedByIdAndByHash() {
        users.linkedBy("2|AbC10");
        String hashed = users.ids().link("classlink", "2|aBc10").id();

        assertThat(FederatedIds.samePerson("2|aBc10", hashed)).isTrue();
        assertThat(FederatedIds.samePerson(hashed, "2|aBc10")).isTrue();
        assertThat(FederatedIds.samePerson("2|AbC10", hashed)).isFalse();
        assertThat(FederatedIds.samePerson("2|AbC10", "2|aBc10")).isFalse();
    }
}
