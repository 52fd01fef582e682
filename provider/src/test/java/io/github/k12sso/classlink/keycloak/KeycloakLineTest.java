package io.github.k12sso.classlink.keycloak;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.k12sso.classlink.keycloak.KeycloakLine.Note;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.ServiceLoader;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.keycloak.broker.oidc.OIDCIdentityProvider;
import org.keycloak.common.Version;
import org.keycloak.provider.EnvironmentDependentProviderFactory;

class KeycloakLineTest {

    private static final Path SERVICES = Path.of("src/main/resources/META-INF/services");
    private static final Path CLASSES = Path.of("target/classes");

    /** Classes of src/main compiled against the oldest line. */
    private static final Path CLASSES_OF_THE_OLDEST = Path.of("target/keycloak-26.6-classes");

    @ParameterizedTest
    @CsvSource({
        "26.6.0, V26_6",
        "26.6.4, V26_6",
        "26.6.4.redhat-00001, V26_6",
        "26.6, V26_6",
        "26.7.4, V26_7",
        "26.7.0-SNAPSHOT, V26_7",
        "26.8.2, V26_7"
    })
    void aSupportedVersionHasALine(String version, KeycloakLine line) {
        assertThat(KeycloakLine.of(version)).contains(line);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "26.5.6",
                "26.4.7",
                "26.60.0",
                "26.9.0",
                "27.0.0",
                "126.7.1",
                "999.0.0-SNAPSHOT",
                "unknown",
                "26",
                ""
            })
    void anUnsupportedVersionHasNoLine(String version) {
        assertThat(KeycloakLine.of(version)).isEmpty();
    }

    @Test
    void theVersionOfTheBuildHasALine() {
        assertThat(KeycloakLine.of(Version.VERSION)).contains(KeycloakLine.V26_7);
        assertThat(KeycloakLine.calls().getClass().getSimpleName()).isEqualTo("CallsFor26_7");
    }

    @Test
    void factoriesRegisterOnlyOnASupportedKeycloak() {
        assertThat(factories())
                .hasSize(10)
                .allSatisfy(factory -> assertThat(factory).isInstanceOf(KeycloakLine.Dependent.class))
                .allSatisfy(factory -> assertThat(((EnvironmentDependentProviderFactory) factory).isSupported(null))
                        .isTrue());
    }

    @Test
    void theOldestLineCompilesToTheSameCalls() {
        List<Path> compiled = classFiles(CLASSES).stream()
                .filter(file -> !file.toString().matches(".*v26_\\d+.*"))
                .toList();

        assertThat(compiled)
                .hasSizeGreaterThan(100)
                .allSatisfy(file -> assertThat(CLASSES_OF_THE_OLDEST.resolve(file))
                        .as("Bytecode of src/main compiled against the newest and the oldest line")
                        .hasSameBinaryContentAs(CLASSES.resolve(file)));
    }

    @Test
    void everyInterfaceHasAnImplementationForEachLine() {
        for (KeycloakLine line : KeycloakLine.values()) {
            String version = line.name().substring(1);
            assertThat(classFiles(CLASSES).stream()
                            .map(file -> file.getFileName().toString())
                            .filter(name -> name.endsWith("For" + version + ".class")))
                    .as(line.name())
                    .containsExactlyInAnyOrder("CallsFor" + version + ".class", "CreatorFor" + version + ".class");
        }
    }

    @Test
    void privateNoteNamesOfKeycloakAreRead() {
        assertThat(Note.NONCE.key()).isEqualTo("BROKER_NONCE");
        assertThat(Note.PKCE_VERIFIER.key()).isEqualTo("BROKER_CODE_CHALLENGE");
        assertThat(KeycloakLine.privateConstant(OIDCIdentityProvider.class, "BROKER_NONCE_PARAM"))
                .contains("BROKER_NONCE");
    }

    @Test
    void aMissingNoteNameIsNotAnError() {
        assertThat(KeycloakLine.privateConstant(OIDCIdentityProvider.class, "NO_SUCH_CONSTANT"))
                .isEmpty();
        assertThat(KeycloakLine.privateConstant(KeycloakLineTest.class, "CLASSES"))
                .as("a value that is not a string")
                .isEmpty();
    }

    private static List<Object> factories() {
        try (Stream<Path> files = Files.list(SERVICES)) {
            return files.flatMap(file -> ServiceLoader.load(type(file)).stream())
                    .filter(provider -> provider.type().getName().startsWith("io.github.k12sso"))
                    .map(provider -> (Object) provider.get())
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Class<?> type(Path file) {
        try {
            return Class.forName(file.getFileName().toString());
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Except package-info files, which not every compiler compiles to a class. */
    private static List<Path> classFiles(Path folder) {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(file -> file.toString().endsWith(".class") && !file.endsWith("package-info.class"))
                    .map(folder::relativize)
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
