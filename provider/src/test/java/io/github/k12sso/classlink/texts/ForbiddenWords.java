package io.github.k12sso.classlink.texts;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The list {@code forbidden-words.tsv}: words of our own, each with the word that the field has for it. */
final class ForbiddenWords {

    /** @param better the field's word */
    private record Word(Pattern pattern, String better) {}

    private static final List<Word> WORDS = words(line -> !line.startsWith("!"));
    private static final List<Word> ALLOWED = words(line -> line.startsWith("!"));

    private interface Choice {
        boolean takes(String line);
    }

    private ForbiddenWords() {}

    /** Each forbidden word of a text, with the better one. */
    static List<String> in(String text) {
        List<MatchResult> allowed = ALLOWED.stream()
                .flatMap(word -> word.pattern().matcher(text).results())
                .toList();
        return WORDS.stream()
                .flatMap(word -> word.pattern()
                        .matcher(text)
                        .results()
                        .filter(found -> allowed.stream()
                                .noneMatch(part -> part.start() < found.end() && found.start() < part.end()))
                        .map(found -> "\"" + found.group() + "\" -> " + word.better()))
                .toList();
    }

    private static List<Word> words(Choice choice) {
        try (InputStream list = ForbiddenWords.class.getResourceAsStream("/forbidden-words.tsv")) {
            return Stream.of(new String(list.readAllBytes(), StandardCharsets.UTF_8).split("\n"))
                    .filter(line -> !line.startsWith("#") && !line.isBlank())
                    .filter(choice::takes)
                    .map(line -> line.startsWith("!") ? line.substring(1) : line)
                    .map(line -> line.split("\t", 2))
                    .map(parts -> new Word(Pattern.compile(parts[0], Pattern.CASE_INSENSITIVE), parts[1]))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
