package io.github.k12sso.classlink.demo.keycloak;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class KeycloakDistributionTest {

    @TempDir
    Path folder;

    @Test
    @DisplayName("given the zip, the home has its content without the top folder and executable scripts")
    void fromZip() throws IOException {
        Path zip = zip("keycloak-0/bin/kc.sh", "keycloak-0/lib/a.jar");

        Path home = KeycloakDistribution.prepare(zip, folder.resolve("home"), List.of(), List.of())
                .home();

        assertThat(home.resolve("bin").resolve("kc.sh")).isExecutable();
        assertThat(home.resolve("lib").resolve("a.jar")).exists();
    }

    @Test
    @DisplayName("given a zip entry that points outside the folder, nothing is written there")
    void zipSlip() throws IOException {
        Path zip = zip("keycloak-0/bin/kc.sh", "keycloak-0/../../escaped.txt");

        KeycloakDistribution.prepare(zip, folder.resolve("home"), List.of(), List.of());

        assertThat(folder.resolve("escaped.txt")).doesNotExist();
        assertThat(folder.getParent().resolve("escaped.txt")).doesNotExist();
    }

    @Test
    @DisplayName("given a used home, its data, providers and realms are replaced and the rest is kept")
    void preparedAgain() throws IOException {
        Path zip = zip("keycloak-0/bin/kc.sh");
        Path jar = Files.writeString(folder.resolve("new.jar"), "jar");
        Path realm = Files.writeString(folder.resolve("realm.json"), "{}");
        Path home = KeycloakDistribution.prepare(zip, folder.resolve("home"), List.of(), List.of())
                .home();
        Files.writeString(home.resolve("providers").resolve("old.jar"), "old");
        Files.createDirectories(home.resolve("data").resolve("h2"));
        Files.writeString(home.resolve("kept"), "built");

        KeycloakDistribution.prepare(zip, home, List.of(jar), List.of(realm));

        assertThat(home.resolve("kept")).exists();
        assertThat(home.resolve("data").resolve("h2")).doesNotExist();
        assertThat(home.resolve("providers")).isDirectoryContaining("glob:**/new.jar");
        assertThat(home.resolve("providers").resolve("old.jar")).doesNotExist();
        assertThat(home.resolve("data").resolve("import").resolve("realm.json")).exists();
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "the stand-in for kc is a shell script")
    @DisplayName("given the same options and jars, a second build is skipped; a changed jar causes a build")
    void buildsOnlyWhenNeeded() throws IOException {
        KeycloakDistribution distribution = FakeHome.withScript(folder, "echo built >> builds\n");
        Path builds = distribution.home().resolve("builds");
        Path log = folder.resolve("build.log");

        distribution.build(List.of(), log, Duration.ofSeconds(10)).build(List.of(), log, Duration.ofSeconds(10));
        assertThat(builds).hasContent("built\n");

        Files.writeString(distribution.home().resolve("providers").resolve("x.jar"), "x");
        distribution.build(List.of(), log, Duration.ofSeconds(10));
        assertThat(builds).hasContent("built\nbuilt\n");
    }

    @Test
    @DisplayName("given a folder without a distribution, the error names it")
    void noDistribution() {
        assertThatThrownBy(() -> KeycloakDistribution.prepare(folder, folder.resolve("home"), List.of(), List.of()))
                .hasMessageContaining(folder.toString());
    }

    private Path zip(String... entries) throws IOException {
        Path zip = folder.resolve("dist.zip");
        try (OutputStream file = Files.newOutputStream(zip);
                ZipOutputStream out = new ZipOutputStream(file)) {
            for (String entry : entries) {
                out.putNextEntry(new ZipEntry(entry));
                out.write("#!/bin/sh\n".getBytes(StandardCharsets.UTF_8));
                out.closeEntry();
            }
        }
        return zip;
    }
}
