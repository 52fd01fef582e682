package io.github.k12sso.classlink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNoException;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.MessageFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Rules that hold for the message bundles of all languages. */
class MessagesTest {

    private static final Pattern PARAMETER = Pattern.compile("\\{[0-9]+}");
    private static final Pattern INFORMAL = Pattern.compile(
            "\\b(tú|tu|tus|te|ti|contigo|inténtalo|escribas|puedes)\\b",
            Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CASE | Pattern.UNICODE_CHARACTER_CLASS);
    private static final Pattern PLACEHOLDER = Pattern.compile("\\$\\{[a-z_]+}");

    private final Map<String, String> english = Messages.english();

    @Test
    void allFiveLanguagesExist() {
        assertThat(bundles())
                .extracting(bundle -> bundle.getFileName().toString())
                .contains("messages_en.properties", "messages_es.properties");
    }

    @ParameterizedTest
    @MethodSource("bundles")
    void everyLanguageHasTheSameKeys(Path bundle) {
        assertThat(Messages.of(bundle)).containsOnlyKeys(english.keySet());
    }

    /** {@code Properties} silently keeps the last of two lines with the same key. */
    @ParameterizedTest
    @MethodSource("bundles")
    void noKeyIsDefinedTwice(Path bundle) throws IOException {
        assertThat(Files.readAllLines(bundle))
                .filteredOn(line -> line.startsWith("classlink."))
                .extracting(line -> line.substring(0, line.indexOf('=')))
                .doesNotHaveDuplicates()
                .hasSameSizeAs(english.keySet());
    }

    /** Keycloak merges the bundles of all providers and themes. */
    @ParameterizedTest
    @MethodSource("bundles")
    void everyKeyHasTheProvidersPrefix(Path bundle) {
        assertThat(Messages.of(bundle).keySet()).allMatch(key -> key.startsWith("classlink."));
    }

    /** For an invalid file, Keycloak silently falls back to ISO 8859-1. */
    @ParameterizedTest
    @MethodSource("bundles")
    void everyFileIsUtf8(Path bundle) throws IOException {
        byte[] bytes = Files.readAllBytes(bundle);

        assertThatNoException()
                .isThrownBy(() -> StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)));
        assertThat(Messages.of(bundle).values()).noneMatch(text -> text.contains("Ã") || text.contains("\uFFFD"));
    }

    @ParameterizedTest
    @MethodSource("bundles")
    void everyTranslationHasTheSameParametersAndPlaceholders(Path bundle) {
        assertThat(Messages.of(bundle)).allSatisfy((key, text) -> {
            assertThat(found(PARAMETER, text)).isEqualTo(found(PARAMETER, english.get(key)));
            assertThat(found(PLACEHOLDER, text)).isEqualTo(found(PLACEHOLDER, english.get(key)));
        });
    }

    /** Keycloak formats texts with MessageFormat, where a single apostrophe disables the parameters after it. */
    @ParameterizedTest
    @MethodSource("bundles")
    void everyParameterIsReplaced(Path bundle) {
        Object[] values = {"first-value", "second-value", "third-value"};
        assertThat(Messages.of(bundle)).allSatisfy((key, text) -> {
            if (key.startsWith("classlink.error.") || PARAMETER.matcher(text).find()) {
                String expected = text.replace("{0}", "first-value")
                        .replace("{1}", "second-value")
                        .replace("{2}", "third-value");
                assertThat(new MessageFormat(text).format(values)).isEqualTo(expected);
            }
        });
    }

    /** The console's i18next would interpolate these or look up another text. */
    @ParameterizedTest
    @MethodSource("bundles")
    void noTextTriggersInterpolationInTheConsole(Path bundle) {
        assertThat(Messages.of(bundle).values()).noneMatch(text -> text.contains("{{") || text.contains("$t("));
    }

    @ParameterizedTest
    @MethodSource("bundles")
    void helpTextsAreSentencesAndLabelsAreShort(Path bundle) {
        assertThat(Messages.of(bundle)).allSatisfy((key, text) -> {
            assertThat(text).isEqualTo(text.strip()).isNotEmpty();
            if (key.endsWith(".help")) {
                assertThat(text).endsWith(".").hasSizeGreaterThan(20);
            } else if (key.endsWith(".label")) {
                assertThat(text).hasSizeLessThan(50).doesNotEndWith(".");
            }
        });
    }

    /** All Spanish texts use the formal register (usted). */
    @Test
    void spanishIsFormalThroughout() {
        assertThat(Messages.of(bundles().stream()
                        .filter(bundle -> bundle.endsWith("messages_es.properties"))
                        .findFirst()
                        .orElseThrow()))
                .allSatisfy((key, text) -> assertThat(text).doesNotContainPattern(INFORMAL));
    }

    static List<Path> bundles() {
        return Messages.bundles();
    }

    private static Set<String> found(Pattern pattern, String text) {
        return pattern.matcher(text).results().map(MatchResult::group).collect(Collectors.toCollection(TreeSet::new));
    }
}
