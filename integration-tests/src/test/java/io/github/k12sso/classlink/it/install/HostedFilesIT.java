package io.github.k12sso.classlink.it.install;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Checks the files in .github without GitHub: their elements are known and everything that they reference exists. */
class HostedFilesIT {

    private static final Path HOSTED = YamlFile.ROOT.resolve(".github");
    private static final Pattern ACTION = Pattern.compile("[\\w-]+/[\\w-]+(/[\\w-]+)?@v[0-9]+");
    private static final Pattern SCRIPT = Pattern.compile("(?<![\\w/])\\.ci/[\\w-]+");
    private static final Pattern PROFILE = Pattern.compile("mvn [^|&]*-P(\\w+)");
    /** Expressions with untrusted input, which a shell would execute. */
    private static final Pattern UNTRUSTED =
            Pattern.compile("\\$\\{\\{[^}]*(github\\.event|head_ref|\\.title|\\.body)");

    /** The key {@code on} in YAML 1.1. */
    private static final String ON = "true";

    private static final Set<String> INPUTS = Set.of("input", "textarea", "dropdown", "checkboxes");

    static List<YamlFile> workflows() throws IOException {
        return in(HOSTED.resolve("workflows"));
    }

    static List<YamlFile> forms() throws IOException {
        return in(HOSTED.resolve("ISSUE_TEMPLATE")).stream()
                .filter(form -> form.documents().get(0).has("body"))
                .toList();
    }

    private static List<YamlFile> in(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.sorted().map(YamlFile::read).toList();
        }
    }

    @ParameterizedTest
    @MethodSource("workflows")
    void workflowsSetPermissionsAndTimeouts(YamlFile file) {
        JsonNode workflow = file.documents().get(0);

        assertThat(workflow.fieldNames())
                .toIterable()
                .contains("name", ON, "permissions", "jobs")
                .isSubsetOf("name", ON, "permissions", "concurrency", "jobs");
        assertThat(workflow.at("/permissions/contents").textValue()).isEqualTo("read");
        workflow.get("jobs")
                .forEach(
                        job -> assertThat(job.get("timeout-minutes").intValue()).isBetween(10, 90));
    }

    @ParameterizedTest
    @MethodSource("workflows")
    void everyStepUsesAnActionOrRunsAnExistingCommand(YamlFile file) throws IOException {
        String poms = Files.readString(YamlFile.ROOT.resolve("pom.xml"))
                + Files.readString(YamlFile.ROOT.resolve("provider/pom.xml"));
        for (JsonNode step : steps(file)) {
            assertThat(step.has("uses")).as(step.toString()).isNotEqualTo(step.has("run"));
            if (step.has("uses")) {
                assertThat(step.get("uses").textValue()).matches(ACTION);
            } else {
                String run = step.get("run").textValue();
                assertThat(run).doesNotContainPattern(UNTRUSTED);
                SCRIPT.matcher(run)
                        .results()
                        .forEach(script -> assertThat(YamlFile.ROOT.resolve(script.group()))
                                .isExecutable());
                PROFILE.matcher(run)
                        .results()
                        .forEach(profile -> assertThat(poms).contains("<id>" + profile.group(1) + "</id>"));
            }
        }
    }

    private static List<JsonNode> steps(YamlFile workflow) {
        List<JsonNode> steps = new ArrayList<>();
        workflow.documents().get(0).get("jobs").forEach(job -> job.get("steps").forEach(steps::add));
        assertThat(steps).isNotEmpty();
        return steps;
    }

    @Test
    void nightlyBuildsUseTheVersionsOfTheMatrix() throws IOException {
        JsonNode versions = YamlFile.read(HOSTED.resolve("workflows/nightly.yml"))
                .documents()
                .get(0)
                .at("/jobs/versions/strategy/matrix/keycloak");

        assertThat(Files.readString(Path.of("compatibility.sh")))
                .contains("versions=(" + String.join(" ", YamlFile.texts(versions)) + ")");
    }

    @ParameterizedTest
    @MethodSource("forms")
    void issueFormFieldsHaveLabels(YamlFile file) {
        JsonNode form = file.documents().get(0);
        assertThat(form.get("name").textValue()).isNotBlank();
        assertThat(form.get("description").textValue()).isNotBlank();
        Set<String> ids = new HashSet<>();
        for (JsonNode part : form.get("body")) {
            if (part.get("type").textValue().equals("markdown")) {
                assertThat(part.at("/attributes/value").textValue()).isNotBlank();
            } else {
                assertThat(part.get("type").textValue()).isIn(INPUTS);
                assertThat(part.at("/attributes/label").textValue()).isNotBlank();
                assertThat(ids.add(part.get("id").textValue())).as("unique id").isTrue();
            }
        }
        assertThat(ids).isNotEmpty();
    }

    @Test
    void everyDependabotDirectoryExists() {
        JsonNode updates = YamlFile.read(HOSTED.resolve("dependabot.yml"))
                .documents()
                .get(0)
                .get("updates");

        assertThat(YamlFile.elements(updates)
                        .flatMap(update -> Stream.concat(
                                Stream.of(update.path("directory").asText()),
                                YamlFile.texts(update.path("directories")).stream())))
                .isNotEmpty()
                .allSatisfy(folder ->
                        assertThat(YamlFile.ROOT.resolve("." + folder)).isDirectory());
    }
}
