package io.github.k12sso.classlink.demo.keycloak;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;

/**
 * A copy of a Keycloak distribution, ready to start, with the given jars in {@code providers/}, realm files in
 * {@code data/import} and an empty database.
 *
 * @param home absolute path of the folder that holds {@code bin/kc.sh}
 */
public record KeycloakDistribution(Path home) {

    private static final String ORIGIN_MARKER = ".copied-from";
    private static final String BUILD_MARKER = ".built-with";

    /**
     * Makes {@code home} a new copy of {@code source}. If it already is a copy, its program files and the result of an earlier
     * {@link #build} are kept; providers, realm files and data are replaced.
     *
     * @param source {@code keycloak-quarkus-dist-<version>.zip}, or the folder that it unpacks to, or a folder that holds
     *     only that folder
     * @param home folder of the copy; replaced if it is a copy of another source
     */
    public static KeycloakDistribution prepare(Path source, Path home, List<Path> providerJars, List<Path> realmFiles) {
        try {
            Path target = home.toAbsolutePath().normalize();
            copyUnlessPresent(source.toAbsolutePath().normalize(), target);
            delete(target.resolve("data"));
            replaceContent(target.resolve("providers"), providerJars);
            replaceContent(importFolder(target), realmFiles);
            return new KeycloakDistribution(target);
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot prepare Keycloak in " + home + " from " + source, e);
        }
    }

    /**
     * Runs {@code kc.sh build}; needed before {@code start --optimized}. Skipped if this home was already built with the same
     * options and provider jars.
     *
     * @param options build options: {@code --db=postgres}, {@code --features=…}
     * @throws KeycloakStartException if the build fails or takes longer than {@code timeout}
     */
    public KeycloakDistribution build(List<String> options, Path logFile, Duration timeout) {
        try {
            Path marker = home.resolve(BUILD_MARKER);
            String inputs = buildInputs(options);
            if (Files.exists(marker) && Files.readString(marker).equals(inputs)) {
                return this;
            }
            Files.deleteIfExists(marker);
            List<String> arguments = new ArrayList<>();
            arguments.add("build");
            arguments.addAll(options);
            KeycloakProcess build = KeycloakProcess.launch(home, arguments, Map.of(), ServerLog.appendTo(logFile));
            if (!build.endsWithin(timeout)) {
                build.stop(Duration.ZERO);
                throw new KeycloakStartException(
                        "kc.sh build took longer than " + timeout.toSeconds() + " s and was ended.",
                        build.log().file(),
                        build.log().tail());
            }
            if (build.exitCode() != 0) {
                throw new KeycloakStartException(
                        "kc.sh build failed with exit code " + build.exitCode() + ".",
                        build.log().file(),
                        build.log().tail());
            }
            Files.writeString(marker, inputs);
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot build Keycloak in " + home, e);
        }
    }

    /** Discards the build before {@code start-dev}, which builds differently. */
    static void forgetBuild(Path home) {
        try {
            Files.deleteIfExists(home.resolve(BUILD_MARKER));
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot write to " + home, e);
        }
    }

    static Path importFolder(Path home) {
        return home.resolve("data").resolve("import");
    }

    private String buildInputs(List<String> options) throws IOException {
        StringBuilder inputs = new StringBuilder(String.join(" ", options));
        try (Stream<Path> jars = Files.list(home.resolve("providers"))) {
            for (Path jar : jars.sorted().toList()) {
                inputs.append('\n')
                        .append(jar.getFileName())
                        .append(' ')
                        .append(Files.size(jar))
                        .append(' ')
                        .append(Files.getLastModifiedTime(jar).toMillis());
            }
        }
        return inputs.toString();
    }

    private static void copyUnlessPresent(Path source, Path target) throws IOException {
        Path marker = target.resolve(ORIGIN_MARKER);
        String origin = source + " " + Files.getLastModifiedTime(source).toMillis();
        if (Files.exists(marker) && Files.readString(marker).equals(origin)) {
            return;
        }
        delete(target);
        Files.createDirectories(target);
        if (Files.isDirectory(source)) {
            copyFolder(distributionIn(source), target);
        } else {
            unzip(source, target);
        }
        makeScriptsExecutable(target.resolve("bin"));
        Files.writeString(marker, origin);
    }

    private static Path distributionIn(Path folder) throws IOException {
        if (Files.isDirectory(folder.resolve("bin"))) {
            return folder;
        }
        try (Stream<Path> children = Files.list(folder)) {
            return children.filter(child -> Files.isDirectory(child.resolve("bin")))
                    .findFirst()
                    .orElseThrow(() -> new IOException("No Keycloak distribution in " + folder));
        }
    }

    private static void copyFolder(Path from, Path to) throws IOException {
        Files.walkFileTree(from, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) throws IOException {
                Files.createDirectories(to.resolve(from.relativize(folder)));
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.copy(file, to.resolve(from.relativize(file)), StandardCopyOption.COPY_ATTRIBUTES);
                return FileVisitResult.CONTINUE;
            }
        });
    }

    private static void unzip(Path archive, Path target) throws IOException {
        try (InputStream bytes = Files.newInputStream(archive);
                ZipInputStream zip = new ZipInputStream(bytes)) {
            for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                Path name = Path.of(entry.getName()).normalize();
                if (name.getNameCount() < 2) {
                    continue;
                }
                Path file = target.resolve(name.subpath(1, name.getNameCount())).normalize();
                if (!file.startsWith(target)) {
                    throw new IOException("Entry " + entry.getName() + " of " + archive + " leaves the folder");
                }
                if (entry.isDirectory()) {
                    Files.createDirectories(file);
                } else {
                    Files.createDirectories(file.getParent());
                    Files.copy(zip, file);
                }
            }
        }
    }

    /** Restores the executable bit, which zip files and some unpackers lose. */
    private static void makeScriptsExecutable(Path bin) throws IOException {
        try (Stream<Path> files = Files.list(bin)) {
            for (Path script :
                    files.filter(file -> file.toString().endsWith(".sh")).toList()) {
                if (!script.toFile().setExecutable(true)) {
                    throw new IOException("Cannot make " + script + " executable");
                }
            }
        }
    }

    private static void replaceContent(Path folder, List<Path> files) throws IOException {
        delete(folder);
        Files.createDirectories(folder);
        for (Path file : files) {
            // Keeps the file's time, because Keycloak rebuilds if a provider's time has changed.
            Files.copy(file, folder.resolve(file.getFileName()), StandardCopyOption.COPY_ATTRIBUTES);
        }
    }

    private static void delete(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        try (Stream<Path> content = Files.walk(folder)) {
            for (Path path : content.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }
}
