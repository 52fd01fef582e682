package io.github.k12sso.classlink.it.install;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.gson.JsonElement;
import com.google.gson.JsonParser;
import io.kubernetes.client.openapi.models.V1Deployment;
import io.kubernetes.client.openapi.models.V1Ingress;
import io.kubernetes.client.openapi.models.V1PodDisruptionBudget;
import io.kubernetes.client.openapi.models.V1Secret;
import io.kubernetes.client.openapi.models.V1Service;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * {@code deploy/kubernetes} and {@code deploy/monitoring}, checked without a cluster: every field belongs to the API, and
 * everything that is referenced exists.
 */
class KubernetesFilesIT {

    private static final Path KUBERNETES = YamlFile.ROOT.resolve("deploy/kubernetes");
    private static final Path MONITORING = YamlFile.ROOT.resolve("deploy/monitoring");
    /** promtool's test file, not a resource. */
    private static final String ALERT_TESTS = "alerts-test.yaml";
    /** Resources of the Prometheus operator and kustomize, which other tests check. */
    private static final Set<String> NOT_OF_KUBERNETES = Set.of("ServiceMonitor", "PrometheusRule", "Kustomization");
    /** Secrets that the cluster's administrator creates. */
    private static final String TLS_SECRET = "keycloak-tls";

    private static final Map<String, Schema> SCHEMAS = Map.of(
            "apps/v1 Deployment", V1Deployment::validateJsonElement,
            "v1 Secret", V1Secret::validateJsonElement,
            "v1 Service", V1Service::validateJsonElement,
            "policy/v1 PodDisruptionBudget", V1PodDisruptionBudget::validateJsonElement,
            "networking.k8s.io/v1 Ingress", V1Ingress::validateJsonElement);

    @FunctionalInterface
    private interface Schema {
        void validate(JsonElement resource) throws IOException;
    }

    static List<JsonNode> resources() throws IOException {
        return files().flatMap(file -> file.documents().stream())
                .filter(resource ->
                        !NOT_OF_KUBERNETES.contains(resource.get("kind").textValue()))
                .toList();
    }

    private static Stream<YamlFile> files() throws IOException {
        try (Stream<Path> kubernetes = Files.list(KUBERNETES);
                Stream<Path> monitoring = Files.list(MONITORING)) {
            return Stream.concat(kubernetes, monitoring)
                    .filter(file -> file.toString().endsWith(".yaml"))
                    .filter(file -> !file.endsWith(ALERT_TESTS))
                    .map(YamlFile::read)
                    .toList()
                    .stream();
        }
    }

    @ParameterizedTest
    @MethodSource("resources")
    void hasOnlyFieldsOfTheKubernetesApi(JsonNode resource) throws IOException {
        validate(resource);
    }

    /** Tests the check itself. */
    @Test
    void anUnknownFieldIsDetected() {
        ObjectNode deployment = the("Deployment", "keycloak").deepCopy();
        ((ObjectNode) deployment.at("/spec/template/spec/containers/0")).put("imagePullpolicy", "Always");

        assertThatThrownBy(() -> validate(deployment)).hasMessageContaining("imagePullpolicy");
    }

    private static void validate(JsonNode resource) throws IOException {
        String kind = resource.get("apiVersion").textValue() + " "
                + resource.get("kind").textValue();
        assertThat(SCHEMAS).containsKey(kind);
        SCHEMAS.get(kind).validate(JsonParser.parseString(resource.toString()));
    }

    @Test
    void theDeploymentFindsItsSecretsAndVolumes() {
        JsonNode pod = the("Deployment", "keycloak").at("/spec/template/spec");
        JsonNode container = pod.at("/containers/0");

        YamlFile.elements(container.get("env"))
                .map(variable -> variable.at("/valueFrom/secretKeyRef"))
                .filter(reference -> !reference.isMissingNode())
                .forEach(reference -> assertThat(
                                the("Secret", reference.get("name").textValue())
                                        .get("stringData")
                                        .has(reference.get("key").textValue()))
                        .as(reference.toString())
                        .isTrue());
        YamlFile.elements(pod.get("volumes"))
                .map(volume -> volume.at("/secret/secretName"))
                .filter(name -> !name.isMissingNode())
                .forEach(name -> assertThat(the("Secret", name.textValue())).isNotNull());
        assertThat(names(container.get("volumeMounts"))).containsExactlyInAnyOrderElementsOf(names(pod.get("volumes")));
        assertThat(names(container.get("env"))).doesNotHaveDuplicates();
    }

    /** Settings that reference a file reference one in a mounted secret. */
    @Test
    void filesReferencedBySettingsAreMounted() {
        JsonNode container = the("Deployment", "keycloak").at("/spec/template/spec/containers/0");
        Map<String, String> env = YamlFile.elements(container.get("env"))
                .filter(variable -> variable.has("value"))
                .collect(Collectors.toMap(
                        variable -> variable.get("name").textValue(),
                        variable -> variable.get("value").textValue()));
        List<String> mounts = YamlFile.elements(container.get("volumeMounts"))
                .map(mount -> mount.get("mountPath").textValue())
                .toList();
        Path keys = Path.of(env.get("KC_SPI_SOCIAL__CLASSLINK__TOKEN_KEY_FILE"));

        assertThat(mounts).contains(env.get("KC_VAULT_DIR"), keys.getParent().toString());
        assertThat(the("Secret", "keycloak-token-keys")
                        .get("stringData")
                        .has(keys.getFileName().toString()))
                .isTrue();
    }

    @Test
    void selectorsAndPortsMatchThePods() {
        JsonNode template = the("Deployment", "keycloak").at("/spec/template");
        JsonNode labels = template.at("/metadata/labels");
        JsonNode container = template.at("/spec/containers/0");
        Set<String> ports = new TreeSet<>(names(container.get("ports")));

        Stream.of(
                        the("Deployment", "keycloak").at("/spec/selector/matchLabels"),
                        the("Service", "keycloak").at("/spec/selector"),
                        the("PodDisruptionBudget", "keycloak").at("/spec/selector/matchLabels"),
                        template.at("/spec/topologySpreadConstraints/0/labelSelector/matchLabels"),
                        template.at("/spec/topologySpreadConstraints/1/labelSelector/matchLabels"))
                .forEach(selector -> assertSelects(selector, labels));
        YamlFile.elements(the("Service", "keycloak").at("/spec/ports"))
                .forEach(port ->
                        assertThat(ports).contains(port.get("targetPort").textValue()));
        List<Integer> numbers = YamlFile.elements(container.get("ports"))
                .map(port -> port.get("containerPort").intValue())
                .toList();
        Stream.of("startupProbe", "readinessProbe", "livenessProbe")
                .forEach(probe -> assertThat(numbers)
                        .contains(container.at("/" + probe + "/httpGet/port").intValue()));
    }

    /** With two nodes, the disruption budget must allow one node to be drained but not both. */
    @Test
    void oneNodeStaysWhileAnotherIsDrained() {
        assertThat(the("Deployment", "keycloak").at("/spec/replicas").intValue())
                .isGreaterThan(1);
        assertThat(the("PodDisruptionBudget", "keycloak")
                        .at("/spec/maxUnavailable")
                        .intValue())
                .isEqualTo(1);
    }

    @ParameterizedTest
    @MethodSource("ingresses")
    void theIngressRoutesToTheServiceButNotToTheManagementPort(JsonNode ingress) {
        List<JsonNode> paths = YamlFile.elements(ingress.at("/spec/rules"))
                .flatMap(rule -> YamlFile.elements(rule.at("/http/paths")))
                .toList();

        assertThat(paths).isNotEmpty().allSatisfy(path -> {
            assertThat(path.at("/backend/service/name").textValue()).isEqualTo("keycloak");
            assertThat(path.at("/backend/service/port/name").textValue()).isEqualTo("http");
            assertThat(path.get("path").textValue()).isNotEqualTo("/").doesNotContain("metrics", "health");
        });
        assertThat(YamlFile.texts(ingress.at("/spec/tls/0/hosts")))
                .containsExactly(ingress.at("/spec/rules/0/host").textValue());
        assertThat(ingress.at("/spec/tls/0/secretName").textValue()).isEqualTo(TLS_SECRET);
        assertThat(YamlFile.elements(the("Deployment", "keycloak").at("/spec/template/spec/containers/0/env")))
                .anySatisfy(variable -> {
                    assertThat(variable.get("name").textValue()).isEqualTo("KC_HOSTNAME");
                    assertThat(variable.get("value").textValue())
                            .isEqualTo("https://"
                                    + ingress.at("/spec/rules/0/host").textValue());
                });
    }

    static List<JsonNode> ingresses() throws IOException {
        return resources().stream()
                .filter(resource -> resource.get("kind").textValue().equals("Ingress"))
                .toList();
    }

    @Test
    void theServiceMonitorSelectsTheService() {
        JsonNode monitor = YamlFile.read(MONITORING.resolve("service-monitor.yaml"))
                .documents()
                .get(0);
        JsonNode service = the("Service", "keycloak");

        assertSelects(monitor.at("/spec/selector/matchLabels"), service.at("/metadata/labels"));
        assertThat(names(service.at("/spec/ports")))
                .contains(monitor.at("/spec/endpoints/0/port").textValue());
    }

    @ParameterizedTest
    @MethodSource("folders")
    void everyKustomizationListsAllFilesOfItsFolder(Path folder) throws IOException {
        JsonNode kustomization =
                YamlFile.read(folder.resolve("kustomization.yaml")).documents().get(0);

        assertThat(kustomization.fieldNames())
                .toIterable()
                .isSubsetOf("apiVersion", "kind", "resources", "images", "configMapGenerator", "generatorOptions");
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(YamlFile.texts(kustomization.get("resources")))
                    .containsExactlyInAnyOrderElementsOf(
                            files.map(file -> file.getFileName().toString())
                                    .filter(file -> file.endsWith(".yaml"))
                                    .filter(file -> !Set.of("kustomization.yaml", ALERT_TESTS)
                                            .contains(file))
                                    .toList());
        }
        YamlFile.elements(kustomization.path("configMapGenerator"))
                .flatMap(generator -> YamlFile.texts(generator.get("files")).stream())
                .forEach(file -> assertThat(folder.resolve(file)).exists());
        YamlFile.elements(kustomization.path("images"))
                .forEach(image -> assertThat(the("Deployment", "keycloak")
                                .at("/spec/template/spec/containers/0/image")
                                .textValue())
                        .startsWith(image.get("name").textValue() + ":"));
    }

    static List<Path> folders() {
        return List.of(KUBERNETES, MONITORING);
    }

    private static void assertSelects(JsonNode selector, JsonNode labels) {
        assertThat(selector.isObject()).isTrue();
        assertThat(selector.properties())
                .isNotEmpty()
                .allSatisfy(label -> assertThat(labels.get(label.getKey())).isEqualTo(label.getValue()));
    }

    private static List<String> names(JsonNode array) {
        return YamlFile.elements(array)
                .map(element -> element.get("name").textValue())
                .toList();
    }

    private static JsonNode the(String kind, String name) {
        try {
            return resources().stream()
                    .filter(resource -> resource.get("kind").textValue().equals(kind)
                            && resource.at("/metadata/name").textValue().equals(name))
                    .findAny()
                    .orElseThrow(() -> new AssertionError("no " + kind + " " + name));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
