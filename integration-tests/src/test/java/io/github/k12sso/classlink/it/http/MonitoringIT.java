package io.github.k12sso.classlink.it.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.k12sso.classlink.it.support.TestEnvironment;
import io.github.k12sso.classlink.it.support.WithTestEnvironment;
import io.github.k12sso.classlink.it.support.machine.Installed;
import io.github.k12sso.classlink.it.support.machine.Needs;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code deploy/monitoring}: alerts and dashboard, checked with Prometheus and the server's metrics. */
@WithTestEnvironment
class MonitoringIT {

    private static final Path ROOT = Path.of(System.getProperty("project.root"));
    private static final Path MONITORING = ROOT.resolve("deploy/monitoring");
    private static final Pattern COMMANDS =
            Pattern.compile("```\n(sed [^`]*promtool check rules [^`]*)```", Pattern.MULTILINE);
    private static final Pattern SELECTOR = Pattern.compile("\\b(classlink_[a-z_]+)(?:\\{([^}]*)})?(?=[\\[)])");
    private static final Pattern MATCHER = Pattern.compile("(\\w+)(=~|!~|!=|=)\\\\?\"([^\"\\\\]*)\\\\?\"");
    private static final Pattern GROUPING = Pattern.compile("\\bby \\(([^)]*)\\)");
    private static final Pattern SERIES = Pattern.compile("(?m)^(classlink_[a-z_]+)\\{([^}]*)} [0-9.E]+$");
    /** Series of Prometheus and Kubernetes, not of the server. */
    private static final Set<String> OF_THE_SCRAPE = Set.of("namespace", "job", "instance");

    private TestEnvironment environment;

    @BeforeEach
    void aServer(TestEnvironment testEnvironment) {
        environment = testEnvironment;
    }

    /** Uses the documented commands, which extract a rule file from the Kubernetes resource. */
    @Test
    @Needs(Installed.PROMTOOL)
    void promtoolAcceptsTheAlertsAndTheirTests(@TempDir Path folder) throws IOException, InterruptedException {
        Matcher commands = COMMANDS.matcher(Files.readString(ROOT.resolve("docs/operate/metrics.md")));
        assertThat(commands.find()).isTrue();
        Path monitoring = Files.createDirectories(folder.resolve("deploy/monitoring"));
        Files.copy(MONITORING.resolve("alerts.yaml"), monitoring.resolve("alerts.yaml"));
        Files.copy(MONITORING.resolve("alerts-test.yaml"), folder.resolve("alerts-test.yaml"));

        Path output = folder.resolve("output.txt");
        Process shell = new ProcessBuilder("sh", "-e", "-c", commands.group(1) + "promtool test rules alerts-test.yaml")
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();

        assertThat(shell.waitFor())
                .as(Files.readString(output, StandardCharsets.UTF_8))
                .isZero();
    }

    @Test
    void everyAlertHasAFiringAndASilentTest() throws IOException {
        String tests = Files.readString(MONITORING.resolve("alerts-test.yaml"));

        assertThat(matches(Pattern.compile("- alert: (\\w+)"), "alerts.yaml"))
                .hasSizeGreaterThan(15)
                .allSatisfy(alert -> assertThat(tests)
                        .contains("alertname: " + alert + "\n        exp_alerts:\n")
                        .contains("alertname: " + alert + "\n        exp_alerts: []\n"));
    }

    @Test
    void everyAlertHasItsSectionInTheRunbook() throws IOException {
        Set<String> anchors = Files.readAllLines(ROOT.resolve("docs/operate/runbook.md")).stream()
                .filter(line -> line.startsWith("#"))
                .map(line -> line.replaceFirst("#+ ", "")
                        .toLowerCase(Locale.ROOT)
                        .replaceAll("[^\\w -]", "")
                        .replace(' ', '-'))
                .collect(Collectors.toSet());

        assertThat(matches(Pattern.compile("runbook: docs/runbook\\.md#(\\S+)"), "alerts.yaml"))
                .isNotEmpty()
                .isSubsetOf(anchors);
        assertThat(matches(Pattern.compile("- alert: (\\w+)"), "alerts.yaml"))
                .allSatisfy(alert -> assertThat(Files.readString(ROOT.resolve("docs/operate/metrics.md")))
                        .contains("`" + alert + "`"));
    }

    /** The runbook lists the page messages that users see. */
    @Test
    void everyPageMessageInTheRunbookExists() throws IOException {
        String pages = Files.readString(ROOT.resolve("docs/administer/troubleshooting.md"));
        List<String> seen = Pattern.compile("\\*\\*People see:\\*\\* \"([^\"]+)\"")
                .matcher(Files.readString(ROOT.resolve("docs/operate/runbook.md")))
                .results()
                .map(page -> page.group(1))
                .toList();

        assertThat(seen)
                .hasSizeGreaterThan(5)
                .allSatisfy(page -> assertThat(pages)
                        .containsPattern("## " + Pattern.quote(page).replace("…", "\\E.+\\Q") + "\n"));
    }

    /** A tag value without a series would cause an alert that never fires or an empty panel. */
    @ParameterizedTest
    @ValueSource(strings = {"alerts.yaml", "grafana-dashboard.json"})
    void everyQueriedSeriesExistsBeforeTheFirstCall(String file) throws IOException {
        List<MatchResult> series =
                SERIES.matcher(environment.metrics()).results().toList();
        String text = Files.readString(MONITORING.resolve(file));
        List<MatchResult> selectors = SELECTOR.matcher(text).results().toList();

        assertThat(selectors).hasSizeGreaterThan(15).allSatisfy(selector -> {
            List<String> labels = series.stream()
                    .filter(one -> one.group(1).equals(selector.group(1)))
                    .map(one -> one.group(2))
                    .toList();
            assertThat(labels).as(selector.group()).isNotEmpty();
            String matchers = selector.group(2) == null ? "" : selector.group(2);
            MATCHER.matcher(matchers)
                    .results()
                    .filter(matcher -> !OF_THE_SCRAPE.contains(matcher.group(1)))
                    .forEach(matcher -> assertThat(values(matcher.group(3)))
                            .as(selector.group())
                            .allSatisfy(value -> assertThat(labels)
                                    .anyMatch(
                                            one -> one.matches(".*\\b" + matcher.group(1) + "=\"" + value + "\".*"))));
        });
        Set<String> names = series.stream()
                .flatMap(one -> Pattern.compile("(\\w+)=").matcher(one.group(2)).results())
                .map(name -> name.group(1))
                .collect(Collectors.toCollection(TreeSet::new));
        names.addAll(OF_THE_SCRAPE);
        assertThat(GROUPING.matcher(text)
                        .results()
                        .flatMap(by -> Arrays.stream(by.group(1).split(", *"))))
                .isSubsetOf(names);
    }

    /** The alternatives of a regular expression; a dashboard variable matches any value. */
    private static List<String> values(String value) {
        return value.startsWith("$") ? List.of(".*") : List.of(value.split("\\|", -1));
    }

    private static Set<String> matches(Pattern pattern, String file) throws IOException {
        return pattern.matcher(Files.readString(MONITORING.resolve(file)))
                .results()
                .map(match -> match.group(1))
                .collect(Collectors.toSet());
    }
}
