package io.github.k12sso.classlink.login;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.k12sso.classlink.Messages;
import java.text.MessageFormat;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class LoginProblemTest {

    private final Map<String, String> messages = Messages.english();

    @Test
    void everyMessageIsUsedAndEveryUsedOneIsThere() {
        assertThat(messages.keySet().stream().filter(key -> key.startsWith("classlink.error.")))
                .containsExactlyInAnyOrderElementsOf(Arrays.stream(LoginProblem.values())
                        .map(LoginProblem::messageKey)
                        .distinct()
                        .toList());
    }

    @ParameterizedTest
    @EnumSource
    void everyPageIsWholeSentencesWithItsParametersFilledIn(LoginProblem problem) {
        // As Keycloak's pages format it: a lone apostrophe would swallow what follows it.
        String page = MessageFormat.format(messages.get(problem.messageKey()), "Example Schools", problem.reason());

        assertThat(page).doesNotContain("{", "}").hasSizeGreaterThan(40);
        if (problem != LoginProblem.ACCESS_DENIED) {
            assertThat(page).as("what an administrator searches for").contains(problem.reason());
        }
    }

    @ParameterizedTest
    @EnumSource
    void everyProblemIsAnErrorWithAConstantReason(LoginProblem problem) {
        assertThat(problem.status().getStatusCode()).isBetween(400, 599);
        assertThat(problem.reason()).matches("[a-z_]+");
    }
}
