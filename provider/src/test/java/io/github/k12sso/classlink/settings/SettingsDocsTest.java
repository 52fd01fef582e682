package io.github.k12sso.classlink.settings;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The table in docs/administer/settings.md has every setting, with its label, its default and its bounds, in the order of the
 * form.
 */
class SettingsDocsTest {

    private static final Path PAGE = Path.of("../docs/administer/settings.md");
    /** Keycloak's own settings, which are not in the table of settings. */
    private static final List<String> OF_KEYCLOAK = List.of("clientSecret", "storeToken");

    private final Map<String, List<String>> rows = rows();

    @Test
    void listsSettingsInTheOrderOfTheForm() {
        assertThat(rows.keySet())
                .containsSubsequence(
                        Arrays.stream(Setting.values()).map(Setting::key).toList());
    }

    @ParameterizedTest
    @EnumSource
    void hasTheLabelOfEverySetting(Setting setting) {
        assertThat(rows.get(setting.key()).get(1)).isEqualTo(setting.label());
    }

    @Test
    void listsEverySettingOnce() {
        assertThat(rows.keySet())
                .containsExactlyInAnyOrderElementsOf(
                        Stream.concat(Arrays.stream(Setting.values()).map(Setting::key), OF_KEYCLOAK.stream())
                                .toList());
    }

    @ParameterizedTest
    @EnumSource
    void hasTheDefaultOfEverySetting(Setting setting) {
        String missing = setting == Setting.CLIENT_ID ? "-" : "blank";

        assertThat(rows.get(setting.key()).get(2))
                .isEqualTo(
                        setting.defaultValue().map(value -> "`" + value + "`").orElse(missing));
    }

    @ParameterizedTest
    @EnumSource
    void hasTheAllowedValuesOfEverySetting(Setting setting) {
        String allowed = rows.get(setting.key()).get(3);
        switch (setting.type()) {
            case NUMBER -> assertThat(allowed).startsWith(setting.min() + " to " + setting.max());
            case FLAG -> assertThat(allowed).isEqualTo("`true`, `false`");
            case CHOICE ->
                assertThat(allowed)
                        .contains(setting.options().get(setting.options().size() - 1));
            case URL -> assertThat(allowed).isEqualTo("https, allowed host");
            default -> assertThat(allowed).isNotBlank();
        }
    }

    private static Map<String, List<String>> rows() {
        try (Stream<String> lines = Files.lines(PAGE)) {
            return lines.dropWhile(line -> !line.startsWith("| key |"))
                    .skip(2)
                    .takeWhile(line -> line.startsWith("|"))
                    .map(line -> Arrays.stream(line.substring(1).split("(?<!\\\\)\\|"))
                            .map(String::strip)
                            .toList())
                    .collect(Collectors.toMap(
                            row -> row.get(0).replace("`", ""),
                            row -> row,
                            (one, other) -> {
                                throw new AssertionError("twice: " + one.get(0));
                            },
                            LinkedHashMap::new));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
