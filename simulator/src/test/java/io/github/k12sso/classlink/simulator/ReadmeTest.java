package io.github.k12sso.classlink.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.k12sso.classlink.simulator.runtime.Switch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Compares the table of switches in README.md with the code: every switch with its option and values. */
class ReadmeTest {
    private static final Pattern ROW =
            Pattern.compile("\\| `(\\w+)` \\| (?:`(--[a-z-]+)`)? ?\\| ([^|]+) \\| [^|]+ \\|");

    @Test
    void theTableListsEverySwitch() throws IOException {
        List<String> table = Files.readString(Path.of("README.md"))
                .lines()
                .map(ROW::matcher)
                .filter(Matcher::matches)
                .map(row ->
                        row.group(1) + " " + row.group(2) + " " + row.group(3).replaceAll("[`,]", ""))
                .toList();

        assertThat(table)
                .containsExactlyInAnyOrderElementsOf(
                        Switch.all().stream().map(ReadmeTest::row).toList());
    }

    private static String row(Switch<?> which) {
        String option = which.option().map(Switch.Option::name).orElse(null);
        return which.name() + " " + option + " " + values(which.byDefault());
    }

    /** The default is listed first. */
    private static String values(Object byDefault) {
        if (byDefault instanceof Boolean on) {
            return on + " " + !on;
        }
        if (byDefault instanceof Duration lifetime) {
            long hours = lifetime.toHours();
            return "a lifetime (" + hours + (hours == 1 ? " hour)" : " hours)");
        }
        StringBuilder values = new StringBuilder(byDefault.toString());
        Arrays.stream(byDefault.getClass().getEnumConstants())
                .filter(value -> !value.equals(byDefault))
                .forEach(value -> values.append(' ').append(value));
        return values.toString().toLowerCase(Locale.ROOT);
    }
}
