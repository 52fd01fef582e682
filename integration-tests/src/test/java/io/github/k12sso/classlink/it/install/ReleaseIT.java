package io.github.k12sso.classlink.it.install;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.k12sso.classlink.it.support.Full;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.parallel.Isolated;

/** The output of {@code mvn -Prelease verify} for the provider, built twice in different folders. */
@Full // runs two Maven builds
@Isolated("builds on every core")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ReleaseIT {

    private static final Set<String> NOT_SOURCES = Set.of("target", ".git", "node_modules");
    private static final long PATIENCE_MINUTES = 8;

    private Path first;
    private Path second;

    @BeforeAll
    void buildTwice() throws IOException, InterruptedException {
        Path work = Path.of(System.getProperty("work.dir")).resolve("release");
        first = build(work.resolve("one"));
        second = build(work.resolve("another-folder"));
    }

    @Test
    void everyReleaseFileExists() throws IOException {
        assertThat(names(first))
                .anyMatch(name -> name.matches("keycloak-classlink-[^-]+(-SNAPSHOT)?\\.jar"))
                .anyMatch(name -> name.endsWith("-sources.jar"))
                .anyMatch(name -> name.endsWith("-javadoc.jar"))
                .anyMatch(name -> name.endsWith("-sbom.json"));
    }

    @Test
    void twoBuildsAreIdentical() throws IOException {
        String sums = Files.readString(first.resolve("SHA256SUMS"));

        assertThat(sums.lines()).hasSize(4).allMatch(line -> line.matches("[0-9a-f]{64} [ *].*"));
        assertThat(sums).isEqualTo(Files.readString(second.resolve("SHA256SUMS")));
    }

    @Test
    void theSbomListsKeycloaksLibrariesAndTheirLicenses() throws IOException {
        Path file = list(first, "-sbom.json").get(0);
        JsonNode components = new ObjectMapper().readTree(file.toFile()).get("components");

        assertThat(components)
                .extracting(component -> component.get("name").textValue())
                .contains("keycloak-server-spi", "jackson-databind", "httpclient", "micrometer-core");
        assertThat(components)
                .allSatisfy(component -> assertThat(component.get("licenses"))
                        .as(component.get("name").textValue())
                        .isNotEmpty());
    }

    @Test
    void theLicensePageMatchesTheSbom() throws IOException {
        Path file = list(first, "-sbom.json").get(0);
        Path page = Path.of(System.getProperty("project.root"), "docs", "internals", "dependencies.md");

        assertThat(Files.readString(page).lines().filter(line -> line.startsWith("| `")))
                .containsExactlyInAnyOrderElementsOf(StreamSupport.stream(
                                new ObjectMapper()
                                        .readTree(file.toFile())
                                        .get("components")
                                        .spliterator(),
                                false)
                        .map(ReleaseIT::row)
                        .toList());
    }

    private static String row(JsonNode component) {
        String licences = StreamSupport.stream(component.get("licenses").spliterator(), false)
                .map(licence -> licence.at("/license/id").asText())
                .collect(Collectors.joining(", "));
        return "| `" + component.get("group").textValue() + ":"
                + component.get("name").textValue() + "` | " + licences + " |";
    }

    private static Path build(Path copy) throws IOException, InterruptedException {
        copy(Path.of(System.getProperty("project.root")).normalize(), copy);
        Path log = copy.resolveSibling(copy.getFileName() + ".log");
        Process maven = new ProcessBuilder(
                        "mvn", "-B", "-ntp", "-Prelease", "-DskipTests", "-pl", "provider", "clean", "verify")
                .directory(copy.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        assertThat(maven.waitFor(PATIENCE_MINUTES, TimeUnit.MINUTES)).isTrue();
        assertThat(maven.exitValue()).as(Files.readString(log)).isZero();
        return copy.resolve("provider/target");
    }

    private static void copy(Path from, Path to) throws IOException {
        Files.walkFileTree(from, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) throws IOException {
                if (NOT_SOURCES.contains(folder.getFileName().toString())) {
                    return FileVisitResult.SKIP_SUBTREE;
                }
                Files.createDirectories(to.resolve(from.relativize(folder)));
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.copy(file, to.resolve(from.relativize(file)), StandardCopyOption.REPLACE_EXISTING);
                return FileVisitResult.CONTINUE;
            }
        });
    }

    private static List<String> names(Path folder) throws IOException {
        return list(folder, "").stream()
                .map(file -> file.getFileName().toString())
                .toList();
    }

    private static List<Path> list(Path folder, String ending) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(ending)).toList();
        }
    }
}
