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
import org.junit.jupiter.params.provider.ValueSource;

/** Rules that hold for the message bundles of all languages. */
class MessagesTest {

    private static final Pattern PARAMETER = Pattern.compile("\\{[0-9]+}");
    /** Words that address the reader informally, by language: usted, Sie, vous and você are the register of every text. */
    private static final Map<String, Pattern> INFORMAL = Map.of(
            "es",
            words(
                    "tú|tus?|te|ti|tuy[oa]s?|contigo|vosotros|vuestr[oa]s?|eres|estás|has|tienes|quieres|puedes|debes|necesitas|haces|vas"
                            + "|podrás|tendrás|deberás|escribas|inténtalo|haz|dile|díselo"),
            "de",
            words("du|dich|dir|dein(e|em|en|er|es)?|bist|hast|kannst|musst|willst|darfst|wirst"),
            "fr",
            words("tu|te|toi|ton|ta|tes|es|peux|veux|dois"),
            "pt_BR",
            words("tu|te|teus?|tuas?|contigo|és|estás|tens|queres|podes|deves"));

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

    @ParameterizedTest
    @ValueSource(strings = {"es", "de", "fr", "pt_BR"})
    void everyTextAddressesTheReaderFormally(String language) {
        Path file = bundles().stream()
                .filter(bundle -> bundle.endsWith("messages_" + language + ".properties"))
                .findFirst()
                .orElseThrow();

        assertThat(Messages.of(file))
                .allSatisfy((key, text) -> assertThat(text).doesNotContainPattern(INFORMAL.get(language)));
    }

    static List<Path> bundles() {
        return Messages.bundles();
    }

    private static Pattern words(String alternatives) {
        return Pattern.compile(
                "\\b(" + alternatives + ")\\b",
                Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CASE | Pattern.UNICODE_CHARACTER_CLASS);
    }

    private static Set<String> found(Pattern pattern, String text) {
        return pattern.matcher(text).results().map(MatchResult::group).collect(Collectors.toCollection(TreeSet::new));
    }
}
