package io.github.k12sso.classlink.it.support.clock;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import java.util.jar.JarOutputStream;
import java.util.zip.ZipEntry;

/** The jar that tests add to {@code providers/} to move Keycloak's clock. */
public final class MovableClockJar {

    private static final String EMPTY_BEANS = "<beans bean-discovery-mode=\"annotated\"/>";

    /** Referenced by name, because their supertypes are Keycloak's and absent in benchmarks. */
    private static final List<String> TYPES = List.of(
            "io.github.k12sso.classlink.it.support.clock.ClockResource",
            "io.github.k12sso.classlink.it.support.clock.ClockResourceFactory",
            "io.github.k12sso.classlink.it.support.clock.ClockResourceFactory$ClockProvider",
            "io.github.k12sso.classlink.keycloak.PassedTime");

    private static final String FACTORY = "org.keycloak.services.resource.RealmResourceProviderFactory";

    private static final FileTime ALWAYS = FileTime.from(Instant.parse("2026-01-01T00:00:00Z"));

    private MovableClockJar() {}

    /** Writes identical bytes with the same file time, because Keycloak rebuilds if either changes. */
    public static Path writtenTo(Path file) {
        try {
            Files.createDirectories(file.getParent());
            try (JarOutputStream jar = new JarOutputStream(Files.newOutputStream(file))) {
                add(jar, "META-INF/beans.xml", EMPTY_BEANS.getBytes(StandardCharsets.UTF_8));
                add(jar, "META-INF/services/" + FACTORY, TYPES.get(1).getBytes(StandardCharsets.UTF_8));
                for (String type : TYPES) {
                    String name = type.replace('.', '/') + ".class";
                    try (InputStream content =
                            MovableClockJar.class.getClassLoader().getResourceAsStream(name)) {
                        add(jar, name, content.readAllBytes());
                    }
                }
            }
            Files.setLastModifiedTime(file, ALWAYS);
            return file;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void add(JarOutputStream jar, String name, byte[] content) throws IOException {
        ZipEntry entry = new ZipEntry(name);
        entry.setLastModifiedTime(ALWAYS);
        jar.putNextEntry(entry);
        jar.write(content);
        jar.closeEntry();
    }
}
