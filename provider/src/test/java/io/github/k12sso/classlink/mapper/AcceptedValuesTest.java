package io.github.k12sso.classlink.mapper;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.k12sso.classlink.Stub;
import io.github.k12sso.classlink.keycloak.Databases;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.ModelDuplicateException;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;
import org.keycloak.models.UserProvider;
import org.keycloak.storage.ReadOnlyException;

/** Values that are checked before they are written. {@code LoginRobustnessIT} tests Keycloak's own user profile validation. */
class AcceptedValuesTest {

    @ParameterizedTest
    @CsvSource({"abc,3,abc", "abcd,3,abc", "ab \uD83D\uDE00,4,ab", "ab \uD83D\uDE00,5,ab \uD83D\uDE00", "a,0,''"})
    void aLongTextIsNotCutInsideACharacter(String text, int longest, String expected) {
        assertThat(AcceptedValues.cut(text, longest)).isEqualTo(expected);
    }

    @Nested
    class GivenAUser {

        private final List<Object> written = new ArrayList<>();

        @ParameterizedTest
        @ValueSource(strings = {UserModel.FIRST_NAME, UserModel.LAST_NAME, UserModel.EMAIL})
        void whoIsReadOnly_thenTheUserIsUnchanged(String attribute) {
            assertThat(write(attribute, "new", refusing(new ReadOnlyException())))
                    .isEqualTo("read-only");
        }

        @Test
        void whoseChangeKeycloakIgnores_thenTheFailureIsReported() {
            assertThat(write(UserModel.FIRST_NAME, "new", refusing(new ModelDuplicateException("a constraint"))))
                    .isEqualTo("rejected by Keycloak");
        }

        @Test
        void andTheEmailOfAnotherUser_thenItIsNotWritten() {
            assertThat(write(UserModel.EMAIL, "taken@x.example", this::record)).isEqualTo("used by another user");
            assertThat(written).isEmpty();
        }

        /** Keycloak's lookup by email compares exactly; the search also finds addresses that the database compares as equal. */
        @Test
        void andAnEmailThatTheDatabaseComparesAsEqual_thenItIsNotWritten() {
            assertThat(write(UserModel.EMAIL, "jose@x.example", this::record)).isEqualTo("used by another user");
            assertThat(written).isEmpty();
        }

        /** Signing in with this email would select the other user. */
        @Test
        void andAnEmailThatIsAnotherUsersUsername_thenItIsNotWritten() {
            assertThat(write(UserModel.EMAIL, "boss@x.example", this::record)).isEqualTo("used by another user");
            assertThat(written).isEmpty();
        }

        @Test
        void andANewEmail_thenItIsWritten_andMarkedUnverified() {
            assertThat(write(UserModel.EMAIL, "new@x.example", this::record)).isEmpty();
            assertThat(written).containsExactly("new@x.example", false);
        }

        @ParameterizedTest
        @CsvSource({"email,OLD", "firstName,old"})
        void andTheCurrentValue_thenNothingIsWritten(String attribute, String value) {
            assertThat(write(attribute, value, refusing(new ReadOnlyException())))
                    .isEmpty();
        }

        private String write(String attribute, String value, Function<Object[], Object> setter) {
            UserModel user = Stub.of(
                    UserModel.class,
                    Map.of(
                            "getId",
                            arguments -> "1",
                            "getFirstAttribute",
                            arguments -> "old",
                            "setFirstName",
                            setter,
                            "setLastName",
                            setter,
                            "setEmail",
                            setter,
                            "setEmailVerified",
                            setter));
            UserModel other = Stub.of(UserModel.class, Map.of("getId", arguments -> "2"));
            UserProvider users = Stub.of(
                    UserProvider.class,
                    Map.of(
                            "getUserByEmail",
                            arguments -> "taken@x.example".equals(arguments[1]) ? other : null,
                            "getUserByUsername",
                            arguments -> "boss@x.example".equals(arguments[1]) ? other : null,
                            "searchForUserStream",
                            arguments -> Stream.of(other)
                                    .filter(found -> Map.of("email", "jose@x.example", UserModel.EXACT, "true")
                                            .equals(arguments[1]))));
            KeycloakSession session = Stub.of(
                    KeycloakSession.class,
                    Map.of(
                            "users",
                            arguments -> users,
                            "getKeycloakSessionFactory",
                            arguments -> Databases.server("MariaDB 11.4.2")));
            RealmModel realm = Stub.of(
                    RealmModel.class,
                    Map.of(
                            "isDuplicateEmailsAllowed",
                            arguments -> false,
                            "isLoginWithEmailAllowed",
                            arguments -> true));
            return AcceptedValues.write(session, realm, user, attribute, value, false)
                    .orElse("");
        }

        private Object record(Object[] arguments) {
            written.add(arguments[0]);
            return null;
        }

        private Function<Object[], Object> refusing(RuntimeException why) {
            return arguments -> {
                throw why;
            };
        }
    }
}
