package io.github.k12sso.classlink.benchmarks;

import com.fasterxml.jackson.annotation.JsonAutoDetect;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.PropertyAccessor;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The figures of one version in {@code benchmarks/results/<name>.json}: the latest of each chapter, with the machine.
 */
final class Results {

    private static final ObjectMapper JSON = JsonMapper.builder()
            .addModule(new Jdk8Module())
            .addModule(new JavaTimeModule())
            .enable(SerializationFeature.INDENT_OUTPUT)
            .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
            .defaultPropertyInclusion(
                    JsonInclude.Value.construct(JsonInclude.Include.NON_ABSENT, JsonInclude.Include.NON_ABSENT))
            .visibility(PropertyAccessor.IS_GETTER, JsonAutoDetect.Visibility.NONE)
            .build();

    /** The figures of a chapter, with time and machine. */
    record Measured(Instant at, String commit, String keycloak, Machine machine, List<FigureRow> rows) {}

    /** The file's content. */
    private record Content(Map<String, Measured> chapters) {}

    private final Path file;
    private final Map<String, Measured> chapters;

    private Results(Path file, Map<String, Measured> chapters) {
        this.file = file;
        this.chapters = chapters;
    }

    /** Reads the results with a name; empty if there are none. */
    static Results of(Path folder, String name) {
        return read(folder.resolve(name + ".json"));
    }

    /** The newest results with another name, usually those of the last release. */
    static Optional<Results> before(Path folder, String name) {
        if (!Files.isDirectory(folder)) {
            return Optional.empty();
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(".json"))
                    .filter(file -> !file.getFileName().toString().equals(name + ".json"))
                    .map(Results::read)
                    .max(Comparator.comparing(Results::newest));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Results read(Path file) {
        try {
            return new Results(
                    file,
                    Files.exists(file)
                            ? new LinkedHashMap<>(
                                    JSON.readValue(file.toFile(), Content.class).chapters())
                            : new LinkedHashMap<>());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Instant newest() {
        return chapters.values().stream()
                .map(Measured::at)
                .max(Comparator.naturalOrder())
                .orElse(Instant.EPOCH);
    }

    /** Replaces the figures of one chapter and writes the file. */
    void put(String chapter, Measured measured) {
        chapters.put(chapter, measured);
        try {
            Files.createDirectories(file.getParent());
            Files.writeString(file, JSON.writeValueAsString(new Content(chapters)) + "\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    String name() {
        return file.getFileName().toString().replaceFirst("\\.json$", "");
    }

    Optional<Measured> chapter(String name) {
        return Optional.ofNullable(chapters.get(name));
    }

    /** The matching row of the same chapter. */
    Optional<FigureRow> same(String chapter, FigureRow row) {
        return chapter(chapter)
                .flatMap(measured -> measured.rows().stream()
                        .filter(other -> other.chapter().equals(row.chapter())
                                && other.what().equals(row.what()))
                        .findFirst());
    }
}
