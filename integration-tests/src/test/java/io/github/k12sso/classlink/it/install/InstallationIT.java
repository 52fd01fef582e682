package io.github.k12sso.classlink.it.install;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.k12sso.classlink.it.support.TestEnvironment;
import io.github.k12sso.classlink.it.support.TestRealm;
import io.github.k12sso.classlink.it.support.WithTestEnvironment;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;

/** Installation consists of one jar in {@code providers/}. */
@WithTestEnvironment
class InstallationIT {

    @Test
    void aRealServerDiscoversTheProviderAsASocialLogin(TestEnvironment environment) {
        JsonNode social = StreamSupport.stream(
                        environment
                                .admin()
                                .get("/serverinfo")
                                .get("identityProviders")
                                .spliterator(),
                        false)
                .filter(provider -> provider.get("id").textValue().equals("classlink"))
                .findFirst()
                .orElseThrow();
        assertThat(social.get("groupName").textValue()).isEqualTo("Social");
        assertThat(social.get("name").textValue()).isEqualTo("ClassLink");
    }

    @Test
    void theServerInfoShowsTheVersion(TestEnvironment environment) {
        JsonNode info =
                environment.admin().get("/serverinfo").at("/providers/social/providers/classlink/operationalInfo");

        assertThat(info.get("Version").textValue()).matches("[0-9]+\\.[0-9]+\\.[0-9]+(-SNAPSHOT)?");
        assertThat(info.get("Keycloak").textValue()).startsWith("26.");
    }

    @Test
    void everySettingHasALabelAndAHelpTextInTheConsole(TestEnvironment environment) {
        TestRealm realm = environment.newRealm();
        JsonNode factory = realm.admin().get("/realms/" + realm.name() + "/identity-provider/providers/classlink");
        assertThat(factory.get("id").textValue()).isEqualTo("classlink");
        JsonNode settings = factory.get("configProperties");
        Map<String, String> texts = realm.state().texts("admin", "en");
        assertThat(settings).isNotEmpty().allSatisfy(setting -> {
            assertThat(texts.get(setting.get("label").textValue())).isNotBlank();
            assertThat(texts.get(setting.get("helpText").textValue())).isNotBlank();
        });
    }

    @Test
    void theServerOnlyWarnsAboutInternalSpis(TestEnvironment environment) throws IOException {
        List<String> warnings = environment
                .logFromTheStart()
                .lines()
                .takeWhile(line -> !line.contains("Keycloak 26"))
                .filter(line -> line.contains("WARN") || line.contains("ERROR"))
                .filter(line ->
                        line.contains("k12sso") || line.toLowerCase(Locale.ROOT).contains("classlink"))
                .toList();
        // Empty if the server did not need a build since the last run.
        assertThat(warnings)
                .hasSizeLessThanOrEqualTo(factories().size())
                .allSatisfy(line -> assertThat(line).contains("KC-SERVICES0047"));
    }

    /** The SPIs that the jar registers. */
    private static List<String> factories() throws IOException {
        List<String> names = new ArrayList<>();
        try (JarFile jar = new JarFile(TestEnvironment.providerJar().toFile())) {
            for (JarEntry entry : Collections.list(jar.entries())) {
                if (entry.getName().startsWith("META-INF/services/") && !entry.isDirectory()) {
                    String file = new String(jar.getInputStream(entry).readAllBytes(), StandardCharsets.UTF_8);
                    file.lines().filter(line -> !line.isBlank()).forEach(names::add);
                }
            }
        }
        return names;
    }

    @Test
    void theJarIsSmallAndBundlesNoDependencies(TestEnvironment environment) throws IOException {
        assertThat(Files.size(TestEnvironment.providerJar())).isLessThan(770_000);
        try (JarFile jar = new JarFile(TestEnvironment.providerJar().toFile())) {
            assertThat(jar.stream().map(JarEntry::getName).filter(name -> name.endsWith(".class")))
                    .isNotEmpty()
                    .allMatch(name -> name.startsWith("io/github/k12sso/classlink/"));
        }
    }
}
