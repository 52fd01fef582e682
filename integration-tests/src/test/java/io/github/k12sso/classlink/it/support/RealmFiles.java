package io.github.k12sso.classlink.it.support;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The files in {@code realm-config/}. */
public final class RealmFiles {

    private RealmFiles() {}

    public static Path path(String name) {
        return DemoRealm.file().resolveSibling(name);
    }

    public static JsonNode read(String name) {
        return Http.json(text(name));
    }

    public static String text(String name) {
        try {
            return Files.readString(path(name));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
