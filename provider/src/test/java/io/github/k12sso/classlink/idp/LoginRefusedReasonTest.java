package io.github.k12sso.classlink.idp;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.k12sso.classlink.Messages;
import java.text.MessageFormat;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class LoginRefusedReasonTest {

    private final Map<String, String> messages = Messages.english();

    @Test
    void everyMessageIsUsedAndEveryUsedMessageExists() {
        assertThat(messages.keySet().stream().filter(key -> key.startsWith("classlink.error.")))
                .containsExactlyInAnyOrderElementsOf(keys().toList());
    }

    @ParameterizedTest
    @MethodSource("keys")
    void everyPageHasShortSentencesAndEndsWithTheReference(String key) {
        Messages.bundles().forEach(bundle -> {
            // Formatted as by Keycloak's pages, where a single apostrophe would disable later parameters.
            String page = MessageFormat.format(
                    Messages.of(bundle).get(key),
                    "Example",
                    "7KQ2-M9XD",
                    "https://school.example",
                    "Maple Valley",
                    "https://launchpad.example");

            assertThat(page).doesNotContain("{", "}").endsWith("<strong>7KQ2-M9XD</strong>");
            assertThat(page.replaceAll("<[^>]*>", " ").split("[.?] |  "))
                    .as(page)
                    .hasSizeBetween(2, 8)
                    .allSatisfy(sentence ->
                            assertThat(sentence.strip().split("\\s+")).hasSizeLessThan(20));
        });
    }

    private static Stream<String> keys() {
        return Stream.concat(
                Arrays.stream(LoginRefused.Reason.values())
                        .map(LoginRefused.Reason::messageKey)
                        .distinct(),
                Stream.of(LoginRefused.Reason.LINKING_MESSAGE_KEY));
    }

    @ParameterizedTest
    @EnumSource
    void everyProblemMapsToAnErrorWithAConstantReason(LoginRefused.Reason reason) {
        assertThat(reason.status().getStatusCode()).isBetween(400, 599);
        assertThat(reason.code()).matches("[a-z_]+");
    }
}
