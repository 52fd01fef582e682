package io.github.k12sso.classlink.benchmarks;

import io.github.k12sso.classlink.benchmarks.load.Gatling;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Measures the chapters that it is given, or all, and writes what it finds into {@code docs/performance.md}. */
public final class Benchmarks {

    private Benchmarks() {}

    /**
     * Measures.
     *
     * @param arguments names of chapters, with commas between them; {@code all} or nothing for every one
     */
    public static void main(String[] arguments) throws IOException {
        Path work = Path.of(System.getProperty("work.dir"));
        Map<String, Chapter> chapters = chapters(work);
        List<String> chosen = arguments.length == 0 || "all".equals(arguments[0])
                ? List.copyOf(chapters.keySet())
                : List.of(arguments[0].split(",", -1));
        if (!chapters.keySet().containsAll(chosen)) {
            throw new IllegalArgumentException("Chapters are " + chapters.keySet() + ", not " + chosen);
        }
        System.setProperty("java.awt.headless", "true");
        PerformancePage page = new PerformancePage(Path.of(System.getProperty("project.root")));
        Gatling gatling = new Gatling(work);
        List<String> failed = new ArrayList<>();
        for (String name : chosen) {
            System.out.println("Chapter " + name);
            try {
                page.write(name, chapters.get(name).measure(gatling));
            } catch (RuntimeException | AssertionError e) {
                e.printStackTrace(); // the others are worth their time all the same
                failed.add(name);
            }
        }
        page.describeMachine();
        page.plot();
        if (!failed.isEmpty()) {
            throw new IllegalStateException("Not measured: " + failed);
        }
    }

    /** By name, in the order of the page. */
    private static Map<String, Chapter> chapters(Path work) throws IOException {
        Map<String, Chapter> chapters = new LinkedHashMap<>();
        chapters.put("login", new LoginChapter(work));
        chapters.put("exchange", new ExchangeChapter(work));
        chapters.put("refresh", new RefreshChapter(work));
        chapters.put("roster", new RosterChapter(work));
        chapters.put("capacity", new CapacityChapter(work));
        chapters.put("start", new StartChapter(work));
        chapters.put("parts", new PartsChapter());
        return chapters;
    }
}
