package io.github.k12sso.classlink.texts;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.StringReader;
import java.util.Properties;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The words that {@code UpstreamFaultsIT} expects in the log are those of the provider: found out here, before it runs for minutes. */
class FaultTextsTest {

    @Test
    void everyTextIsAConstantOfTheProvider() throws IOException {
        Properties words = new Properties();
        words.load(new StringReader(SourceFiles.read(
                SourceFiles.ROOT.resolve("integration-tests/src/test/resources/upstream-faults.properties"))));
        Set<String> shown = ShownMessages.all().get("Server log").stream()
                .map(ShownMessages.Message::text)
                .collect(Collectors.toSet());

        assertThat(words.stringPropertyNames().stream()
                        .filter(name -> name.startsWith("log.") || name.startsWith("cause."))
                        .map(words::getProperty)
                        .map(text -> text.replaceAll("\\.\\.\\.|\\{\\w+}", JavaTexts.VARIABLE))
                        .filter(text -> !shown.contains(text) && !shown.contains(text.replaceFirst("^… ", ""))))
                .isEmpty();
    }
}
