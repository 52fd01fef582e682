package io.github.k12sso.classlink.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.k12sso.classlink.demo.app.DeviceCurls;
import io.github.k12sso.classlink.simulator.ClassLinkSimulator;
import io.github.k12sso.classlink.simulator.SimulatorSettings;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class NarratorTest {

    private final ByteArrayOutputStream printed = new ByteArrayOutputStream();
    private final Narrator narrator = new Narrator(new PrintStream(printed, true, StandardCharsets.UTF_8));

    @Test
    @DisplayName("given an allow list, it lists all people and marks those who are refused")
    void everybody() {
        try (ClassLinkSimulator classLink = ClassLinkSimulator.start(SimulatorSettings.defaults())) {
            narrator.introduces(classLink, Set.of(2, 2222));

            assertThat(classLink.personas())
                    .isNotEmpty()
                    .allSatisfy(persona -> assertThat(text()).contains(persona.displayName()));
        }
        assertThat(text().lines().filter(line -> line.contains("refused")))
                .singleElement()
                .asString()
                .contains("Iris Elsewhere", "Willow Creek");
    }

    @Test
    @DisplayName("each command is printed on its own line")
    void commands() {
        DeviceCurls curls = DeviceCurls.of(URI.create("http://localhost:1/realms/demo"), "classlink");

        narrator.teaches(curls);

        assertThat(text().lines()).contains(curls.start(), curls.read());
    }

    private String text() {
        return printed.toString(StandardCharsets.UTF_8);
    }
}
