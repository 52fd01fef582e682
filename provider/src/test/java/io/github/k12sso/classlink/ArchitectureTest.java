package io.github.k12sso.classlink;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaCall.Predicates.target;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.type;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.name;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.GeneralCodingRules.NO_CLASSES_SHOULD_ACCESS_STANDARD_STREAMS;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;

/** The dependencies between the packages, top to bottom, as docs/internals/design.md lists them. */
@AnalyzeClasses(packages = ArchitectureTest.ROOT, importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

    static final String ROOT = "io.github.k12sso.classlink";

    @ArchTest
    static final ArchRule profile_knows_nothing_of_ours_and_nothing_of_Keycloak = noClasses()
            .that(resideInAPackage(ROOT + ".profile.."))
            .should()
            .dependOnClassesThat(
                    resideInAnyPackage(ROOT + "..", "org.keycloak..").and(not(resideInAPackage(ROOT + ".profile.."))));

    @ArchTest
    static final ArchRule keycloak_uses_nothing_of_ours = onlyUses("keycloak");

    @ArchTest
    static final ArchRule http_uses_keycloak = onlyUses("http", "keycloak");

    @ArchTest
    static final ArchRule settings_use_profile_and_http = onlyUses("settings", "profile", "http", "keycloak");

    @ArchTest
    static final ArchRule vault_does_not_know_refresh = onlyUses("vault", "settings", "profile", "http", "keycloak");

    @ArchTest
    static final ArchRule refresh_uses_vault = onlyUses("refresh", "vault", "settings", "profile", "http", "keycloak");

    @ArchTest
    static final ArchRule mapper_uses_settings_and_profile = onlyUses("mapper", "settings", "profile", "http");

    @ArchTest
    static final ArchRule oneroster_uses_tokens =
            onlyUses("oneroster", "refresh", "vault", "settings", "profile", "http", "keycloak");

    @ArchTest
    static final ArchRule exchange_uses_tokens =
            onlyUses("exchange", "refresh", "vault", "settings", "profile", "http", "keycloak");

    @ArchTest
    static final ArchRule launchpad_uses_settings = onlyUses("launchpad", "settings", "profile", "http", "keycloak");

    @ArchTest
    static final ArchRule nobody_uses_idp = noClasses()
            .that(not(resideInAPackage(ROOT + ".idp..")))
            .should()
            .dependOnClassesThat(resideInAPackage(ROOT + ".idp.."));

    @ArchTest
    static final ArchRule packages_have_no_cycles =
            slices().matching(ROOT + ".(*)..").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule only_http_calls_ClassLink = noClasses()
            .that(not(resideInAPackage(ROOT + ".http..")))
            .should()
            .dependOnClassesThat(resideInAnyPackage(
                    "org.apache.http..",
                    "java.net.http..",
                    "org.keycloak.http.simple..",
                    "org.keycloak.connections.httpclient.."));

    @ArchTest
    static final ArchRule no_class_is_a_drawer = noClasses()
            .should()
            .haveNameMatching(".*(Util|Utils|Helper|Manager)")
            .because("a name says what a class is");

    @ArchTest
    static final ArchRule no_standard_streams = NO_CLASSES_SHOULD_ACCESS_STANDARD_STREAMS;

    @ArchTest
    static final ArchRule no_java_util_logging =
            noClasses().should().dependOnClassesThat(resideInAPackage("java.util.logging.."));

    @ArchTest
    static final ArchRule no_stack_traces_on_the_console =
            noClasses().should().callMethodWhere(target(name("printStackTrace")));

    @ArchTest
    static final ArchRule no_predictable_randomness =
            noClasses().should().dependOnClassesThat(assignableTo(Random.class).and(not(type(SecureRandom.class))));

    @ArchTest
    static void every_class_has_a_package_of_the_design(JavaClasses classes) {
        assertThat(classes.stream()
                        .map(type -> type.getPackageName().substring(ROOT.length()))
                        .distinct())
                .containsExactlyInAnyOrder(
                        ".idp",
                        ".launchpad",
                        ".exchange",
                        ".oneroster.gateway",
                        ".oneroster.policy",
                        ".oneroster.client",
                        ".mapper",
                        ".refresh",
                        ".vault",
                        ".settings",
                        ".profile",
                        ".http",
                        ".keycloak");
    }

    @ArchTest
    static final ArchRule policy_knows_neither_HTTP_nor_Keycloak = noClasses()
            .that(resideInAPackage(ROOT + ".oneroster.policy.."))
            .should()
            .dependOnClassesThat(resideInAnyPackage(ROOT + "..", "org.keycloak..", "jakarta..", "org.apache.http..")
                    .and(not(resideInAPackage(ROOT + ".oneroster.policy.."))));

    @ArchTest
    static void client_does_not_use_gateway(JavaClasses classes) {
        noClasses()
                .that(resideInAPackage(ROOT + ".oneroster.client.."))
                .should()
                .dependOnClassesThat(resideInAPackage(ROOT + ".oneroster.gateway"))
                .check(classes);
    }

    @ArchTest
    static void services_files_name_classes_that_implement_them(JavaClasses classes) throws IOException {
        List<Path> files;
        try (Stream<Path> listed = Files.list(Path.of("src/main/resources/META-INF/services"))) {
            files = listed.toList();
        }
        assertThat(files).isNotEmpty();
        for (Path file : files) {
            List<String> named = lines(file);
            assertThat(named).as(file.toString()).isNotEmpty().doesNotHaveDuplicates();
            for (String name : named) {
                assertThat(classes.contain(name)).as(name).isTrue();
                assertThat(classes.get(name).isAssignableTo(file.getFileName().toString()))
                        .as(name + " implements " + file.getFileName())
                        .isTrue();
            }
        }
    }

    private static List<String> lines(Path file) {
        try {
            return Files.readAllLines(file).stream()
                    .map(line -> line.replaceFirst("#.*", "").strip())
                    .filter(line -> !line.isEmpty())
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static ArchRule onlyUses(String user, String... used) {
        String[] allowed = Stream.concat(Stream.of(user), Arrays.stream(used))
                .map(name -> ROOT + "." + name + "..")
                .toArray(String[]::new);
        return noClasses()
                .that(resideInAPackage(ROOT + "." + user + ".."))
                .should()
                .dependOnClassesThat(resideInAPackage(ROOT + "..").and(not(resideInAnyPackage(allowed))));
    }
}
