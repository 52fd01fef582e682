package io.github.k12sso.classlink.benchmarks.profiling;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * Records the JVMs of running Keycloaks with Java Flight Recorder through {@code jcmd}. Each recording has some turns of one
 * side, in {@code target/profile}.
 */
public final class FlightRecorder {

    private static final String RECORDING = "benchmark";
    /** Requests in Keycloak have deeper stacks than the default limit of 64 frames. */
    private static final String STACK_DEPTH = "stackdepth=256";

    private final Path folder;
    private final Map<String, SideProfile> sides = new LinkedHashMap<>();
    private int recordings;

    public FlightRecorder(Path work) {
        this.folder = work.resolve("profile");
    }

    /** The work done during the recording; a turn may be repeated. */
    public interface Work {

        /** Number of requests, logins or pages. */
        long count();

        /** Keycloak's CPU time per unit, in milliseconds. */
        double processor();
    }

    /** Runs some turns of one side while recording. */
    public <T> List<T> record(String side, Stream<ProcessHandle> servers, Supplier<List<T>> turns) {
        List<ProcessHandle> recorded = servers.toList();
        for (ProcessHandle server : recorded) {
            jcmd(server, "JFR.configure", STACK_DEPTH);
            jcmd(server, "JFR.start", "name=" + RECORDING, "settings=profile");
        }
        List<T> done = turns.get();
        List<Path> files = new ArrayList<>();
        for (ProcessHandle server : recorded) {
            Path file = file(side);
            jcmd(server, "JFR.stop", "name=" + RECORDING, "filename=" + file);
            files.add(file);
        }
        add(
                side,
                files,
                done.stream()
                        .filter(Work.class::isInstance)
                        .map(Work.class::cast)
                        .toList());
        return done;
    }

    private void add(String side, List<Path> files, List<Work> work) {
        SideProfile profile = sides.computeIfAbsent(side, SideProfile::new);
        long count = work.stream().mapToLong(Work::count).sum();
        double processor = work.stream()
                .mapToDouble(done -> done.processor() * done.count())
                .sum();
        try {
            for (Path file : files) {
                profile.add(file, count, processor);
                count = 0; // the same for every turn
                processor = 0;
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Prints the recordings of all sides and compares the first side with each other one, then resets. */
    public void report(String title) {
        if (sides.isEmpty()) {
            return;
        }
        List<SideProfile> profiles = List.copyOf(sides.values());
        StringBuilder text = new StringBuilder(title).append('\n');
        profiles.forEach(profile -> text.append(profile.text()));
        profiles.stream().skip(1).forEach(other -> text.append(profiles.get(0).comparedWith(other)));
        System.out.println(text);
        try {
            Files.writeString(folder.resolve(fileName(title) + ".txt"), text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        sides.clear();
    }

    private Path file(String side) {
        try {
            return Files.createDirectories(folder)
                    .toAbsolutePath()
                    .resolve(String.format(Locale.ROOT, "%03d-%s.jfr", ++recordings, fileName(side)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String fileName(String name) {
        return name.replaceAll("[^A-Za-z0-9]+", "-");
    }

    private static void jcmd(ProcessHandle server, String... command) {
        List<String> arguments = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(), String.valueOf(server.pid())));
        arguments.addAll(List.of(command));
        try {
            Process process =
                    new ProcessBuilder(arguments).redirectErrorStream(true).start();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (process.waitFor() != 0) {
                throw new IOException(String.join(" ", command) + ": " + output);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }
}
