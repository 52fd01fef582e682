package io.github.k12sso.classlink.it.support;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What a test measured: a page in {@code integration-tests/target/reports}, which CI keeps. */
public final class TestReport {

    private TestReport() {}

    /** Replaces the page of an earlier run. */
    public static void write(String name, String markdown) {
        try {
            Path folder = Files.createDirectories(
                    Path.of(System.getProperty("work.dir")).resolve("reports"));
            Files.writeString(folder.resolve(name), markdown);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
