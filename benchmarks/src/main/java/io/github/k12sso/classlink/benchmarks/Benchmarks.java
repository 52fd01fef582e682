package io.github.k12sso.classlink.benchmarks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Measures the given chapters, or all, and writes the figures to {@code benchmarks/results} and
 * {@code docs/operate/performance.md}, except in profiled or quick runs.
 */
public final class Benchmarks {

    private final Path project;
    private final String name;
    private final Bench bench;

    private Benchmarks(Path project, String name, Bench bench) {
        this.project = project;
        this.name = name;
        this.bench = bench;
    }

    /**
     * Runs the benchmarks.
     *
     * @param arguments comma-separated names of chapters; {@code all} or empty for all chapters
     */
    public static void main(String[] arguments) throws IOException {
        System.setProperty("java.awt.headless", "true");
        Map<String, Chapter> chapters = chapters();
        List<String> chosen = arguments.length == 0 || "all".equals(arguments[0])
                ? List.copyOf(chapters.keySet())
                : List.of(arguments[0].split(",", -1));
        if (!chapters.keySet().containsAll(chosen)) {
            throw new IllegalArgumentException("Unknown chapter in " + chosen + "; chapters are " + chapters.keySet());
        }
        Path project = Path.of(System.getProperty("project.root"));
        Benchmarks benchmarks = new Benchmarks(
                project, System.getProperty("results"), Bench.of(Path.of(System.getProperty("work.dir"))));
        List<String> failed = new ArrayList<>();
        Instant start = Instant.now();
        for (String chapter : chosen) {
            try {
                benchmarks.measure(chapter, chapters.get(chapter));
            } catch (RuntimeException | AssertionError e) {
                // A benchmark's output is the console. The other chapters are still measured; the exit code reports the
                // failure.
                e.printStackTrace();
                failed.add(chapter);
            }
        }
        if (benchmarks.bench.isPublished()) {
            benchmarks.plot(List.copyOf(chapters.keySet()));
        }
        System.out.println("All chapters: " + since(start));
        if (!failed.isEmpty()) {
            System.err.println("Chapters that failed: " + failed);
        }
        System.exit(failed.isEmpty() ? 0 : 1); // Gatling's threads keep running
    }

    private void measure(String chapter, Chapter measured) throws IOException {
        System.out.println("Chapter " + chapter);
        Instant start = Instant.now();
        List<FigureRow> rows = measured.measure(bench);
        rows.forEach(row -> System.out.print(row.chapter() + " " + row.line(Optional.empty())));
        System.out.println("Chapter " + chapter + ": " + since(start));
        if (bench.isPublished() && !rows.isEmpty()) {
            Results.Measured figures = new Results.Measured(
                    Instant.now().truncatedTo(ChronoUnit.SECONDS),
                    commit(),
                    System.getProperty("keycloak.version"),
                    Machine.here(),
                    rows);
            Results.of(results(), name).put(chapter, figures);
            PerformancePage.of(chapter, project.resolve("docs"))
                    .write(chapter, figures, Results.before(results(), name));
        }
    }

    private void plot(List<String> chapters) throws IOException {
        Results results = Results.of(results(), name);
        List<FigureRow> rows = chapters.stream()
                .flatMap(chapter -> results.chapter(chapter).stream())
                .flatMap(measured -> measured.rows().stream())
                .toList();
        GoalPlot.draw(GoalPlot.bars(rows), project.resolve("docs/images/performance.png"));
    }

    private Path results() {
        return project.resolve("benchmarks/results");
    }

    /** Commit of the working copy, with a plus sign if there are uncommitted changes. */
    private String commit() {
        String changes = git("status", "--porcelain", "--untracked-files=no", "--", "provider/src", "pom.xml");
        String head = git("rev-parse", "--short", "HEAD");
        return head.isEmpty() ? "unknown" : head + (changes.isEmpty() ? "" : "+");
    }

    private String git(String... command) {
        List<String> line = new ArrayList<>(List.of("git", "-C", project.toString()));
        line.addAll(List.of(command));
        try {
            Process process = new ProcessBuilder(line)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String since(Instant start) {
        Duration time = Duration.between(start, Instant.now());
        return "%d min %02d s".formatted(time.toMinutes(), time.toSecondsPart());
    }

    /** Chapters by name, in the order of the page. */
    static Map<String, Chapter> chapters() {
        Map<String, Chapter> chapters = new LinkedHashMap<>();
        chapters.put("login", new LoginChapter());
        chapters.put("exchange", new ExchangeChapter());
        chapters.put("refresh", new RefreshChapter());
        chapters.put("collection", new CollectionChapter());
        chapters.put("roster", new RosterChapter());
        chapters.put("bulkhead", new BulkheadChapter());
        chapters.put("capacity", new CapacityChapter());
        chapters.put("start", new StartChapter());
        chapters.put("parts", new PartsChapter());
        chapters.put("suite", new SuiteChapter());
        return chapters;
    }
}
