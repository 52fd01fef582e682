package io.github.k12sso.classlink.it.resilience;

import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;
import java.util.PropertyResourceBundle;
import java.util.ResourceBundle;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What {@code upstream-faults.tsv} expects of each call with each fault. */
final class ExpectedFaults {

    /**
     * One row.
     *
     * @param answer what the user or app gets
     * @param event its type and reason; {@code none}
     * @param outcome the tag of the metric
     * @param log the whole line; {@code none}
     */
    record Expected(String answer, String event, String outcome, Pattern log) {}

    private static final Path MESSAGES = Path.of(
            System.getProperty("project.root"),
            "provider/src/main/resources/theme-resources/messages/messages_en.properties");
    private static final Pattern WAIT = Pattern.compile("Retry-After: ([0-9]+)");
    private static final Pattern NAME = Pattern.compile("\\{([\\w.]+)}");

    private final ResourceBundle words =
            bundle(ExpectedFaults.class.getResourceAsStream("/upstream-faults.properties"));
    private final ResourceBundle messages = bundle(open(MESSAGES));

    Map<UpstreamFault, Expected> of(UpstreamCall call) {
        Map<UpstreamFault, Expected> expected = new EnumMap<>(UpstreamFault.class);
        try (InputStream rows = ExpectedFaults.class.getResourceAsStream("/upstream-faults.tsv")) {
            new String(rows.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .map(line -> line.split("\t"))
                    .filter(row -> row[0].equals(call.name()))
                    .forEach(row -> expected.put(UpstreamFault.valueOf(row[1]), expected(row)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return expected;
    }

    private Expected expected(String[] row) {
        String answer = filled(row[2], this::firstSentence);
        return new Expected(answer, row[3], row[4], log(row[0], answer, row[5], row[6].split(" ")));
    }

    private Pattern log(String call, String answer, String reason, String[] cause) {
        if (cause[0].equals("none")) {
            return Pattern.compile("none");
        }
        String what = filled(words.getString("cause." + cause[0]), name -> switch (name) {
            case "operation" -> words.getString("operation." + call);
            default -> cause[1 + Integer.parseInt(name)];
        });
        String line = filled(words.getString("log." + call), name -> switch (name) {
            case "cause" -> what;
            case "reason" -> reason;
            default -> WAIT.matcher(answer).results().findFirst().orElseThrow().group(1);
        });
        return Pattern.compile(Pattern.quote(line).replace("...", "\\E.*\\Q"));
    }

    /** As a page shows it: the rest of a message is the same for many. */
    private String firstSentence(String key) {
        return messages.getString(key).replace("{0}", "ClassLink").replaceFirst("(?<=\\.) .*|<.*", "");
    }

    private interface Value {
        String of(String name);
    }

    private static String filled(String template, Value value) {
        return NAME.matcher(template)
                .replaceAll((MatchResult name) -> Matcher.quoteReplacement(value.of(name.group(1))));
    }

    private static ResourceBundle bundle(InputStream file) {
        try (InputStreamReader reader = new InputStreamReader(file, StandardCharsets.UTF_8)) {
            return new PropertyResourceBundle(reader);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static InputStream open(Path file) {
        try {
            return Files.newInputStream(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
