package io.github.k12sso.classlink.it.demo;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.k12sso.classlink.demo.app.DeviceCurls;
import io.github.k12sso.classlink.it.support.Http;
import io.github.k12sso.classlink.it.support.TestEnvironment;
import io.github.k12sso.classlink.it.support.WithTestEnvironment;
import io.github.k12sso.classlink.it.support.browser.Chromium;
import io.github.k12sso.classlink.it.support.browser.DevicePage;
import io.github.k12sso.classlink.it.support.machine.Installed;
import io.github.k12sso.classlink.it.support.machine.Needs;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.ResourceLock;

/** Runs the two commands that the demo prints in one shell and signs in between them. */
@WithTestEnvironment
@ResourceLock("realm of the demo")
@Needs({Installed.CHROMIUM, Installed.CURL})
@ResourceLock(Chromium.ONE_AT_A_TIME)
class DemoCommandsIT {

    @Test
    void twoCommandsReadARowOfTheRoster(TestEnvironment environment) throws IOException {
        environment.demoRealm().restore();
        DeviceCurls commands = environment.demoRealm().commands();
        Process shell = new ProcessBuilder("bash").redirectErrorStream(true).start();
        try (Writer keyboard = shell.outputWriter(StandardCharsets.UTF_8);
                BufferedReader screen = shell.inputReader(StandardCharsets.UTF_8);
                Chromium browser = Chromium.start()) {
            JsonNode device = run(commands.start(), keyboard, screen);

            String lastPage = DevicePage.open(
                            browser,
                            URI.create(device.get("verification_uri_complete").textValue()))
                    .allow(environment.classLink().persona("teacher"));
            browser.screenshot("device-allowed");
            assertThat(lastPage).contains("Device Login Successful");

            JsonNode classes = run(commands.read(), keyboard, screen).get("classes");
            assertThat(classes).hasSize(1);
            assertThat(classes.get(0).get("title").textValue()).isNotBlank();
        } finally {
            shell.destroy();
        }
    }

    private static JsonNode run(String command, Writer keyboard, BufferedReader screen) throws IOException {
        keyboard.write(command + "; echo\n");
        keyboard.flush();
        String line = screen.readLine();
        while (line.isBlank()) {
            line = screen.readLine();
        }
        return Http.json(line);
    }
}
