package io.github.k12sso.classlink;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaCall.Predicates.target;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.belongToAnyOf;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.type;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.name;
import static com.tngtech.archunit.core.domain.properties.HasOwner.Predicates.With.owner;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.GeneralCodingRules.NO_CLASSES_SHOULD_ACCESS_STANDARD_STREAMS;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import io.github.k12sso.classlink.keycloak.KeycloakLine;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.keycloak.common.Version;

/** The allowed dependencies between packages, top to bottom, as shown in docs/internals/architecture.md. */
@AnalyzeClasses(packages = ArchitectureTest.ROOT, importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

    static final String ROOT = "io.github.k12sso.classlink";

    /** Each package, top to bottom, with the packages that it may depend on. */
    static final Map<String, List<String>> ARROWS = arrows();

    private static Map<String, List<String>> arrows() {
        Map<String, List<String>> arrows = new LinkedHashMap<>();
        arrows.put(
                "idp",
                List.of(
                        "launchpad",
                        "diagnostics",
                        "exchange",
                        "oneroster",
                        "mapper",
                        "refresh",
                        "vault",
                        "settings",
                        "profile",
                        "http",
                        "keycloak"));
        arrows.put("launchpad", List.of("settings", "http", "keycloak"));
        arrows.put("diagnostics", List.of("oneroster", "mapper", "vault", "settings", "profile", "http", "keycloak"));
        arrows.put("exchange", List.of("vault", "http", "keycloak"));
        arrows.put("oneroster", List.of("refresh", "vault", "settings", "profile", "http", "keycloak"));
        arrows.put("mapper", List.of("settings", "profile", "keycloak"));
        arrows.put("refresh", List.of("vault", "http"));
        arrows.put("vault", List.of("profile", "http", "keycloak"));
        arrows.put("settings", List.of("profile", "http"));
        arrows.put("profile", List.of());
        arrows.put("http", List.of());
        arrows.put("keycloak", List.of());
        return arrows;
    }

    @ArchTest
    static void packages_depend_only_along_the_arrows(JavaClasses classes) {
        ARROWS.forEach((user, used) -> onlyUses(user, used).check(classes));
    }

    @ArchTest
    static void arrows_point_downwards(JavaClasses classes) {
        List<String> order = List.copyOf(ARROWS.keySet());
        ARROWS.forEach((user, used) -> assertThat(order.subList(order.indexOf(user) + 1, order.size()))
                .as(user)
                .containsAll(used));
    }

    @ArchTest
    static final ArchRule profile_does_not_depend_on_Keycloak = noClasses()
            .that(resideInAPackage(ROOT + ".profile.."))
            .should()
            .dependOnClassesThat(resideInAPackage("org.keycloak.."));

    @ArchTest
    static final ArchRule no_package_depends_on_idp = noClasses()
            .that(not(resideInAPackage(ROOT + ".idp..")))
            .should()
            .dependOnClassesThat(resideInAPackage(ROOT + ".idp.."));

    @ArchTest
    static final ArchRule packages_have_no_cycles =
            slices().matching(ROOT + ".(*)..").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule no_class_names_a_version_specific_implementation = noClasses()
            .that(not(resideInAPackage("..v26_*..")))
            .should()
            .dependOnClassesThat(resideInAPackage("..v26_*.."));

    @ArchTest
    static final ArchRule only_KeycloakLine_reads_the_version_or_uses_reflection = noClasses()
            .that(not(belongToAnyOf(KeycloakLine.class)))
            .should()
            .dependOnClassesThat(type(Version.class).or(resideInAPackage("java.lang.reflect..")))
            .orShould()
            .callMethodWhere(target(owner(type(Class.class))).and(target(name("forName"))));

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
    static final ArchRule no_class_is_a_util_helper_or_manager = noClasses()
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
    static void every_class_is_in_a_package_of_the_design(JavaClasses classes) {
        assertThat(classes.stream()
                        .map(type -> type.getPackageName().substring(ROOT.length()))
                        .distinct())
                .containsExactlyInAnyOrder(
                        ".idp",
                        ".idp.v26_6",
                        ".idp.v26_7",
                        ".launchpad",
                        ".diagnostics",
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
                        ".keycloak",
                        ".keycloak.v26_6",
                        ".keycloak.v26_7");
    }

    @ArchTest
    static final ArchRule policy_depends_on_neither_HTTP_nor_Keycloak = noClasses()
            .that(resideInAPackage(ROOT + ".oneroster.policy.."))
            .should()
            .dependOnClassesThat(resideInAnyPackage(ROOT + "..", "org.keycloak..", "jakarta..", "org.apache.http..")
                    .and(not(resideInAPackage(ROOT + ".oneroster.policy.."))));

    @ArchTest
    static void client_does_not_depend_on_gateway(JavaClasses classes) {
        noClasses()
                .that(resideInAPackage(ROOT + ".oneroster.client.."))
                .should()
                .dependOnClassesThat(resideInAPackage(ROOT + ".oneroster.gateway"))
                .check(classes);
    }

    @ArchTest
    static void services_files_name_implementing_classes(JavaClasses classes) throws IOException {
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

    private static ArchRule onlyUses(String user, List<String> used) {
        String[] allowed = Stream.concat(Stream.of(user), used.stream())
                .map(name -> ROOT + "." + name + "..")
                .toArray(String[]::new);
        return noClasses()
                .that(resideInAPackage(ROOT + "." + user + ".."))
                .should()
                .dependOnClassesThat(resideInAPackage(ROOT + "..").and(not(resideInAnyPackage(allowed))));
    }
}
