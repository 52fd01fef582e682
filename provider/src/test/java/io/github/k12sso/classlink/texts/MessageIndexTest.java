package io.github.k12sso.classlink.texts;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.k12sso.classlink.texts.ShownMessages.Message;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** {@code docs/administer/messages.md} lists every message that is shown, word for word, and no other. */
class MessageIndexTest {

    private static final Path PAGE = Path.of("../docs/administer/messages.md");
    private static final Pattern ROW =
            Pattern.compile("\\| `(?<message>.+?)` \\| (?<where>.*?) \\| ?(?<todo>.*?) ?\\|");

    private final Map<String, Set<Message>> shown = ShownMessages.all();

    @Test
    void everyMessageIsListed() throws IOException {
        Map<String, Set<String>> listed = listed();
        List<String> missing = new ArrayList<>();
        shown.forEach((section, messages) -> messages.stream()
                .filter(message -> !listed.getOrDefault(section, Set.of()).contains(message.text()))
                .map(message ->
                        section + ": | `" + message.text().replace("|", "\\|") + "` | " + message.source() + " | |")
                .forEach(missing::add));

        assertThat(missing).as("Rows to add to messages.md, by section").isEmpty();
    }

    @Test
    void nothingElseIsListed() throws IOException {
        List<String> superfluous = new ArrayList<>();
        listed().forEach((section, messages) -> {
            Set<String> texts = shown.getOrDefault(section, Set.of()).stream()
                    .map(Message::text)
                    .collect(Collectors.toSet());
            messages.stream()
                    .filter(message -> !texts.contains(message))
                    .map(message -> section + ": " + message)
                    .forEach(superfluous::add);
        });

        assertThat(superfluous).as("Rows of messages.md that nothing shows").isEmpty();
    }

    @Test
    void everyRowSaysWhatToDo() throws IOException {
        assertThat(Files.readAllLines(PAGE))
                .filteredOn(line -> line.startsWith("| `"))
                .allSatisfy(line -> {
                    Matcher row = ROW.matcher(line);
                    assertThat(row.matches()).isTrue();
                    assertThat(row.group("where")).isNotBlank();
                    assertThat(row.group("todo")).isNotBlank();
                });
    }

    /** By section. */
    private static Map<String, Set<String>> listed() throws IOException {
        Map<String, Set<String>> listed = new TreeMap<>();
        String section = "";
        for (String line : Files.readAllLines(PAGE)) {
            Matcher row = ROW.matcher(line);
            if (line.startsWith("## ")) {
                section = line.substring("## ".length());
            } else if (row.matches()) {
                listed.computeIfAbsent(section, heading -> new TreeSet<>())
                        .add(row.group("message").replace("\\|", "|"));
            }
        }
        return listed;
    }
}
