package io.github.k12sso.classlink.it.install;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.k12sso.classlink.it.support.TestEnvironment;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Image, Compose file and Keycloak resource for a released jar: the checks that need neither Docker nor a cluster. */
class InstallRecipesIT {

    private static final Pattern JAR = Pattern.compile("keycloak-classlink-(.*)\\.jar");
    private static final Pattern TAG = Pattern.compile("keycloak-classlink:([0-9][\\w.-]*)");

    @Test
    void allNameOneRelease() throws IOException {
        assertThat(Stream.of(
                                found("deploy/image/Dockerfile", "CLASSLINK_VERSION=(.+)"),
                                found("deploy/image/Dockerfile", TAG.pattern()),
                                found("deploy/compose/docker-compose.yml", "CLASSLINK_VERSION:-([^}]*)"),
                                found("deploy/compose/env.example", "CLASSLINK_VERSION=(.+)"),
                                found("deploy/kubernetes/keycloak.yaml", TAG.pattern()),
                                found("deploy/kubernetes/kustomization.yaml", "newTag: (.*)"),
                                found("deploy/operator/keycloak.yaml", TAG.pattern()),
                                found("docs/install/install.md", TAG.pattern()),
                                found("docs/install/install.md", "`CLASSLINK_VERSION` \\| `(.*?)`"))
                        .flatMap(List::stream)
                        .distinct())
                .singleElement()
                .satisfies(release -> assertThat(builtVersion())
                        .satisfiesAnyOf(
                                built -> assertThat(built).endsWith("-SNAPSHOT"),
                                built -> assertThat(built).isEqualTo(release)));
    }

    private static String builtVersion() {
        return JAR.matcher(TestEnvironment.providerJar().getFileName().toString())
                .results()
                .findFirst()
                .orElseThrow()
                .group(1);
    }

    @Test
    void allNameTheKeycloakThatTheJarIsBuiltWith() throws IOException {
        List<String> pom = found("pom.xml", "<keycloak.version>(.*)</keycloak.version>");

        assertThat(found("deploy/image/Dockerfile", "KEYCLOAK_VERSION=(.*)")).isEqualTo(pom);
        assertThat(found("deploy/compose/docker-compose.yml", "KEYCLOAK_VERSION:-([^}]*)"))
                .isEqualTo(pom);
        assertThat(found("deploy/compose/env.example", "KEYCLOAK_VERSION=(.*)")).isEqualTo(pom);
        assertThat(found("docs/install/install.md", "`KEYCLOAK_VERSION` \\| `(.*?)`"))
                .isEqualTo(pom);
        assertThat(found("Dockerfile", "KEYCLOAK_VERSION=(.*)")).isEqualTo(pom);
    }

    @Test
    void theImageIsBuiltOnlyWithTheJarOfTheChecksum() throws IOException {
        String recipe = Files.readString(YamlFile.ROOT.resolve("deploy/image/Dockerfile"));

        assertThat(recipe)
                .containsSubsequence("ADD ", "${CLASSLINK_SHA256}", "sha256sum --check --strict", "kc.sh build");
        assertThat(recipe).doesNotContain("CLASSLINK_SHA256=\n");
    }

    @Test
    void everyVariableOfTheComposeFileIsInItsExample() throws IOException {
        assertThat(found("deploy/compose/env.example", "(?m)^(\\w+)="))
                .containsExactlyInAnyOrderElementsOf(found("deploy/compose/docker-compose.yml", "\\$\\{(\\w+)").stream()
                        .distinct()
                        .toList());
    }

    @Test
    void theKeycloakResourceIsWholeInItself() throws IOException {
        JsonNode keycloak = YamlFile.read(YamlFile.ROOT.resolve("deploy/operator/keycloak.yaml"))
                .documents()
                .get(0);
        JsonNode pod = keycloak.at("/spec/unsupported/podTemplate/spec");
        String serverOptions = Files.readString(YamlFile.ROOT.resolve("docs/administer/server-options.md"));

        assertThat(keycloak.get("apiVersion").textValue()).isEqualTo("k8s.keycloak.org/v2alpha1");
        assertThat(keycloak.at("/spec/startOptimized").booleanValue()).isTrue();
        assertThat(texts(keycloak.at("/spec/additionalOptions"), "name"))
                .filteredOn(option -> option.startsWith("spi-"))
                .isNotEmpty()
                .allSatisfy(option -> assertThat(serverOptions).contains("--" + option + "="));
        assertThat(texts(pod.at("/containers/0/volumeMounts"), "name")).isEqualTo(texts(pod.get("volumes"), "name"));
        assertThat(texts(keycloak.at("/spec/additionalOptions"), "value"))
                .allSatisfy(path -> assertThat(texts(pod.at("/containers/0/volumeMounts"), "mountPath"))
                        .anyMatch(path::startsWith));
        assertThat(found("deploy/kubernetes/secrets.yaml", "(?m)^  name: (.*)$"))
                .containsAll(found("deploy/operator/keycloak.yaml", "secretName: (.*)"));
    }

    private static List<String> texts(JsonNode list, String member) {
        return YamlFile.elements(list)
                .map(element -> element.get(member).textValue())
                .toList();
    }

    private static List<String> found(String file, String pattern) throws IOException {
        List<String> found = Pattern.compile(pattern)
                .matcher(Files.readString(YamlFile.ROOT.resolve(file)))
                .results()
                .map((MatchResult match) -> match.group(1))
                .toList();
        assertThat(found).as(pattern + " in " + file).isNotEmpty();
        return found;
    }
}
