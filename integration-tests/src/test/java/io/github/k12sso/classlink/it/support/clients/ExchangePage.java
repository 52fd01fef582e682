package io.github.k12sso.classlink.it.support.clients;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;

/** A documentation page for app developers. */
public final class ExchangePage {

    private final String text;

    private ExchangePage(String text) {
        this.text = text;
    }

    public static ExchangePage read() {
        return of("docs/develop/token-exchange.md");
    }

    /** Another page with code in the same languages. */
    public static ExchangePage of(String page) {
        return new ExchangePage(fileOfTheProject(page));
    }

    /** A source file that the page quotes. */
    public static String fileOfTheProject(String path) {
        try {
            return Files.readString(Path.of(System.getProperty("project.root")).resolve(path));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The only code block in a language. */
    public String code(String language) {
        List<String> blocks = Pattern.compile("(?ms)^```" + Pattern.quote(language) + "\\n(.*?)^```$")
                .matcher(text)
                .results()
                .map(block -> block.group(1))
                .toList();
        if (blocks.size() != 1) {
            throw new AssertionError(blocks.size() + " code blocks in " + language + " instead of one");
        }
        return blocks.get(0);
    }
}
