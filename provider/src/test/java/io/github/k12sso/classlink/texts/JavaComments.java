package io.github.k12sso.classlink.texts;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The comments of a Java source: the text of each line, without code that Javadoc quotes. */
final class JavaComments {

    /** Literals stand first, so that no comment starts in one. */
    private static final Pattern TOKEN =
            Pattern.compile("\"\"\"[\\s\\S]*?\"\"\"|\"(?:[^\"\\\\\\n]|\\\\.)*\"|'(?:[^'\\\\\\n]|\\\\.)+'"
                    + "|(?<comment>//[^\\n]*|/\\*[\\s\\S]*?\\*/)");

    private static final Pattern QUOTED =
            Pattern.compile("@param \\S+|\\{@(code|link|linkplain|value|literal) [^}]*}?|`[^`]*`|\"[^\"]*\"");

    private final Map<Long, String> lines = new LinkedHashMap<>();

    JavaComments(Path file) {
        String source = SourceFiles.read(file);
        for (Matcher token = TOKEN.matcher(source); token.find(); ) {
            if (token.group("comment") != null) {
                add(line(source, token.start()), token.group("comment"));
            }
        }
    }

    private static long line(String source, int position) {
        return 1
                + source.chars()
                        .limit(position)
                        .filter(character -> character == '\n')
                        .count();
    }

    private void add(long first, String comment) {
        String[] parts = QUOTED.matcher(comment).replaceAll("…").split("\n", -1);
        for (int number = 0; number < parts.length; number++) {
            lines.put(first + number, parts[number]);
        }
    }

    void forEach(BiConsumer<Long, String> action) {
        lines.forEach(action);
    }
}
