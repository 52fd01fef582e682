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
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import javax.xml.xpath.XPathExpressionException;
import javax.xml.xpath.XPathFactory;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.parallel.Isolated;
import org.w3c.dom.Document;
import org.xml.sax.SAXException;

/** The output of {@code mvn -Prelease verify} for the provider, built twice in different folders. */
@Full // runs two Maven builds
@Isolated("builds on every core")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ReleaseIT {

    private static final Path ROOT = Path.of(System.getProperty("project.root")).normalize();
    private static final Set<String> NOT_SOURCES = Set.of("target", ".git", "node_modules");
    private static final long PATIENCE_MINUTES = 8;
    private static final Pattern LINK = Pattern.compile("]\\(([^)]+)\\)");

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
                .anyMatch(name -> name.endsWith("-sbom.json"))
                .anyMatch(name -> name.endsWith(".pom"));
    }

    @Test
    void theReleaseNotesAreTheVersionsSectionOfTheChangelog() throws IOException {
        String notes = Files.readString(first.resolveSibling("release-notes.md"));

        assertThat(notes).contains("### Added").doesNotContain("\n## ");
        assertThat(Files.readString(ROOT.resolve("CHANGELOG.md")))
                .contains("## [" + pom("/project/version") + "] - ")
                .contains(notes.replace(tag(), "").strip());
    }

    /** A relative link leads nowhere on GitHub's page of a release. */
    @Test
    void linksInTheReleaseNotesLeadToTheTag() throws IOException {
        String tag = tag();
        List<String> links = LINK.matcher(Files.readString(first.resolveSibling("release-notes.md")))
                .results()
                .map(link -> link.group(1))
                .toList();

        assertThat(links).anyMatch(link -> link.startsWith(tag)).allMatch(link -> link.startsWith("https://"));
        assertThat(links.stream().filter(link -> link.startsWith(tag)))
                .allSatisfy(link -> assertThat(
                                ROOT.resolve(link.substring(tag.length()).replaceFirst("#.*", "")))
                        .exists());
    }

    private String tag() throws IOException {
        return pom("/project/scm/url") + "/blob/" + pom("/project/scm/tag") + "/";
    }

    /** What Maven Central asks of a POM, and that nothing in it leads to something unpublished. */
    @Test
    void thePublishedPomStandsAlone() throws Exception {
        String repository = "https://github.com/k12sso/keycloak-classlink";

        assertThat(pom("/project/groupId")).isEqualTo("io.github.k12sso");
        assertThat(pom("/project/artifactId")).isEqualTo("keycloak-classlink");
        assertThat(pom("/project/name")).isEqualTo("keycloak-classlink");
        assertThat(pom("/project/description")).hasSizeBetween(20, 200).doesNotContain("\n");
        assertThat(pom("/project/url")).isEqualTo(repository);
        assertThat(pom("/project/licenses/license/name")).isEqualTo("Apache-2.0");
        assertThat(pom("/project/licenses/license/url")).startsWith("https://www.apache.org/");
        assertThat(pom("/project/scm/url")).isEqualTo(repository);
        assertThat(pom("/project/scm/connection")).isEqualTo("scm:git:" + repository + ".git");
        assertThat(pom("/project/scm/developerConnection")).startsWith("scm:git:ssh://");
        assertThat(pom("/project/scm/tag")).isEqualTo("v" + pom("/project/version"));
        assertThat(pom("/project/issueManagement/url")).isEqualTo(repository + "/issues");
        assertThat(pom("/project/organization/name")).isNotBlank();
        assertThat(pom("/project/developers/developer/name")).contains("maintainers");
        assertThat(pom("/project/developers/developer/organizationUrl")).startsWith("https://");

        assertThat(count("/project/parent | /project/modules | /project/build | /project/profiles"))
                .isZero();
        assertThat(count("//repositories | //pluginRepositories | //distributionManagement"))
                .isZero();
        assertThat(count("//dependency[not(scope = 'provided')]")).isZero();
        assertThat(count("//dependency[not(version)]")).isZero();
        assertThat(Files.readString(publishedPom()))
                .doesNotContain("${", "file:")
                .doesNotContain(ROOT.toString(), System.getProperty("user.home"));
    }

    private String pom(String path) throws IOException {
        return evaluate("string(" + path + ")");
    }

    private int count(String path) throws IOException {
        return Integer.parseInt(evaluate("count(" + path + ")"));
    }

    private String evaluate(String expression) throws IOException {
        try {
            // Not aware of namespaces, so that paths need no prefixes.
            Document document = DocumentBuilderFactory.newInstance()
                    .newDocumentBuilder()
                    .parse(publishedPom().toFile());
            return XPathFactory.newInstance().newXPath().evaluate(expression, document);
        } catch (ParserConfigurationException | SAXException | XPathExpressionException e) {
            throw new AssertionError(expression, e);
        }
    }

    private Path publishedPom() throws IOException {
        return list(first, ".pom").get(0);
    }

    @Test
    void twoBuildsAreIdentical() throws IOException {
        String sums = Files.readString(first.resolve("SHA256SUMS"));

        assertThat(sums.lines()).hasSize(5).allMatch(line -> line.matches("[0-9a-f]{64} [ *].*"));
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
        Path page = ROOT.resolve("docs/internals/dependencies.md");

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
        String licenses = StreamSupport.stream(component.get("licenses").spliterator(), false)
                .map(license -> license.at("/license/id").asText())
                .collect(Collectors.joining(", "));
        return "| `" + component.get("group").textValue() + ":"
                + component.get("name").textValue() + "` | " + licenses + " |";
    }

    private static Path build(Path copy) throws IOException, InterruptedException {
        copy(ROOT, copy);
        Path log = copy.resolveSibling(copy.getFileName() + ".log");
        Process maven = new ProcessBuilder(
                        "mvn", "-B", "-ntp", "-Prelease", "-DskipTests", "-pl", "provider", "clean", "verify")
                .directory(copy.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        assertThat(maven.waitFor(PATIENCE_MINUTES, TimeUnit.MINUTES)).isTrue();
        assertThat(maven.exitValue()).as(Files.readString(log)).isZero();
        return copy.resolve("provider/target/release");
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
