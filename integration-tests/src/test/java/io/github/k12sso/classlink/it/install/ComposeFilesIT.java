package io.github.k12sso.classlink.it.install;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Checks the Compose files without Docker: everything that they reference exists. */
class ComposeFilesIT {

    private static final String BASE = "docker-compose.yml";
    private static final Pattern VARIABLE = Pattern.compile("\\$\\{(\\w+)");
    private static final Set<String> PARTS = Set.of("services", "volumes", "networks", "secrets", "configs");
    /** The elements of the Compose specification that a service may have here. */
    private static final Set<String> OF_A_SERVICE = Set.of(
            "build",
            "image",
            "command",
            "environment",
            "ports",
            "networks",
            "volumes",
            "depends_on",
            "healthcheck",
            "read_only",
            "tmpfs",
            "security_opt",
            "cap_drop",
            "cap_add",
            "user",
            "restart");

    static List<YamlFile> files() throws IOException {
        try (Stream<Path> files = Files.list(YamlFile.ROOT)) {
            return files.filter(file -> file.getFileName().toString().matches("docker-compose.*\\.yml"))
                    .map(YamlFile::read)
                    .toList();
        }
    }

    @ParameterizedTest
    @MethodSource("files")
    void hasOnlyKnownElements(YamlFile file) {
        JsonNode project = file.documents().get(0);

        assertThat(project.fieldNames()).toIterable().allMatch(part -> PARTS.contains(part) || part.startsWith("x-"));
        project.get("services")
                .properties()
                .forEach(service -> assertThat(service.getValue().fieldNames())
                        .toIterable()
                        .as(service.getKey())
                        .isSubsetOf(OF_A_SERVICE));
    }

    @ParameterizedTest
    @MethodSource("files")
    void everythingThatAServiceReferencesExists(YamlFile file) throws IOException {
        JsonNode project = file.documents().get(0);
        JsonNode base = YamlFile.read(YamlFile.ROOT.resolve(BASE)).documents().get(0);
        Set<String> services = names(project, base, "services");
        Set<String> volumes = names(project, base, "volumes");

        project.get("services").forEach(service -> {
            assertThat(services).containsAll(keys(service.path("depends_on")));
            service.path("depends_on")
                    .properties()
                    .forEach(needed -> assertThat(
                                    service(project, base, needed.getKey()).has("healthcheck"))
                            .as("health check of " + needed.getKey())
                            .isTrue());
            YamlFile.texts(service.path("volumes")).forEach(mount -> {
                String source = mount.split(":", -1)[0];
                if (source.startsWith(".")) {
                    assertThat(YamlFile.ROOT.resolve(source)).exists();
                } else {
                    assertThat(volumes).contains(source);
                }
            });
            JsonNode build = service.path("build");
            if (!build.isMissingNode()) {
                String context = build.isTextual()
                        ? build.textValue()
                        : build.get("context").textValue();
                assertThat(YamlFile.ROOT.resolve(context).resolve("Dockerfile")).exists();
            }
        });
    }

    @ParameterizedTest
    @MethodSource("files")
    void everyVariableIsInTheExampleFile(YamlFile file) throws IOException {
        Set<String> example = Files.readAllLines(YamlFile.ROOT.resolve(".env.example")).stream()
                .filter(line -> line.matches("\\w+=.*"))
                .map(line -> line.split("=", 2)[0])
                .collect(Collectors.toSet());

        assertThat(VARIABLE.matcher(Files.readString(file.path())).results().map(match -> match.group(1)))
                .isSubsetOf(example);
    }

    private static JsonNode service(JsonNode project, JsonNode base, String name) {
        JsonNode own = project.at("/services/" + name);
        return own.has("healthcheck") ? own : base.at("/services/" + name);
    }

    private static Set<String> names(JsonNode project, JsonNode base, String part) {
        Set<String> names = new TreeSet<>(keys(project.path(part)));
        names.addAll(keys(base.path(part)));
        return names;
    }

    private static List<String> keys(JsonNode object) {
        List<String> keys = new ArrayList<>();
        object.fieldNames().forEachRemaining(keys::add);
        return keys;
    }
}
