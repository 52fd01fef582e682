package io.github.k12sso.classlink.texts;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.regex.Pattern;

/** The mistakes in a Mermaid diagram that a renderer reports most often. GitHub's parser finds more. */
final class Mermaid {

    private static final Pattern TYPE = Pattern.compile(
            "(sequenceDiagram|stateDiagram-v2|classDiagram|erDiagram|(flowchart|graph) (TB|TD|BT|LR|RL))");
    private static final Pattern OPENS = Pattern.compile("(alt|opt|loop|par|critical|break|rect|box|subgraph)\\b.*");
    private static final Pattern SEQUENCE = Pattern.compile(
            "(participant|actor|create|destroy|autonumber|activate|deactivate|title|note|alt|else|opt|loop|par|and|critical|option"
                    + "|break|rect|box|end)\\b.*|[^:;]+?-{1,2}(>>?|x|\\))[+-]?[^:;]+:[^;]*",
            Pattern.CASE_INSENSITIVE);

    private Mermaid() {}

    static List<String> faults(List<String> diagram) {
        List<String> lines = diagram.stream()
                .map(String::strip)
                .filter(line -> !line.isEmpty() && !line.startsWith("%%"))
                .toList();
        List<String> faults = new ArrayList<>();
        if (lines.isEmpty() || !TYPE.matcher(lines.get(0)).matches()) {
            faults.add("The first line is not a known type of diagram");
            return faults;
        }
        int open = 0;
        for (String line : lines.subList(1, lines.size())) {
            open += line.equals("end") ? -1 : OPENS.matcher(line).matches() ? 1 : 0;
            if (lines.get(0).equals("sequenceDiagram")) {
                if (!SEQUENCE.matcher(line).matches()) {
                    faults.add("Not a message, note or block: " + line);
                }
            } else if (!balanced(line)) {
                faults.add("Brackets or quotes are not balanced: " + line);
            }
        }
        if (open != 0) {
            faults.add("Blocks and their \"end\" are not balanced");
        }
        return faults;
    }

    private static boolean balanced(String line) {
        Deque<Character> expected = new ArrayDeque<>();
        boolean quoted = false;
        for (int i = 0; i < line.length(); i++) {
            char character = line.charAt(i);
            if (character == '"') {
                quoted = !quoted;
            } else if (!quoted && "([{".indexOf(character) >= 0) {
                expected.push(")]}".charAt("([{".indexOf(character)));
            } else if (!quoted
                    && ")]}".indexOf(character) >= 0
                    && (expected.isEmpty() || expected.pop() != character)) {
                return false;
            }
        }
        return expected.isEmpty() && !quoted;
    }
}
