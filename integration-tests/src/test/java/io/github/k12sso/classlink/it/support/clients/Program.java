package io.github.k12sso.classlink.it.support.clients;

import io.github.k12sso.classlink.it.support.SecretSearch;
import io.github.k12sso.classlink.it.support.machine.Installed;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * A program on this machine that is not on Maven Central.
 *
 * @param file a file, or a name to search in the PATH
 * @param needed program without which the test is skipped
 */
record Program(String file, Installed needed) {

    /** {@code npm ci} downloads three small packages; an exchange takes a second. */
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    record Ended(int exitCode, String output, String errors) {}

    /** Runs the program until it exits, with additional environment variables. */
    Ended run(Map<String, String> environment, String... arguments) {
        needed.orSkip();
        try {
            Path output = Files.createTempFile("output-", ".txt");
            Path errors = Files.createTempFile("errors-", ".txt");
            try {
                int exitCode = run(environment, output, errors, List.of(arguments));
                Ended ended = new Ended(exitCode, Files.readString(output), Files.readString(errors));
                SecretSearch.ofThisRun().printed(file, ended.output() + ended.errors());
                return ended;
            } finally {
                Files.delete(output);
                Files.delete(errors);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    private int run(Map<String, String> environment, Path output, Path errors, List<String> arguments)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(file));
        command.addAll(arguments);
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectOutput(output.toFile()).redirectError(errors.toFile());
        builder.environment().putAll(environment);
        Process process = start(builder);
        if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new AssertionError(file + " did not end within " + PATIENCE + ": " + Files.readString(errors));
        }
        return process.exitValue();
    }

    private Process start(ProcessBuilder builder) {
        try {
            return builder.start();
        } catch (IOException e) {
            throw new AssertionError("Program not found: " + file + "; this test needs " + needed, e);
        }
    }
}
