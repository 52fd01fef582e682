package io.github.k12sso.classlink.login;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.MessageFormat;
import java.util.Arrays;
import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class LoginProblemTest {

    private final Properties messages = messages();

    @Test
    void everyMessageIsUsedAndEveryUsedOneIsThere() {
        assertThat(messages.stringPropertyNames())
                .allMatch(key -> key.startsWith("classlink."))
                .containsExactlyInAnyOrderElementsOf(Arrays.stream(LoginProblem.values())
                        .map(LoginProblem::messageKey)
                        .distinct()
                        .toList());
    }

    @ParameterizedTest
    @EnumSource
    void everyPageIsWholeSentencesWithItsParametersFilledIn(LoginProblem problem) {
        // As Keycloak's pages format it: a lone apostrophe would swallow what follows it.
        String page =
                MessageFormat.format(messages.getProperty(problem.messageKey()), "Example Schools", problem.reason());

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

    private static Properties messages() {
        Path file = Path.of("src/main/resources/theme-resources/messages/messages_en.properties");
        try (Reader reader = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
            Properties properties = new Properties();
            properties.load(reader);
            return properties;
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
