package io.github.k12sso.classlink;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.PropertyResourceBundle;
import java.util.TreeMap;
import java.util.stream.Stream;

/** The message bundles of the jar, read as Keycloak's {@code PropertiesUtil} reads them. */
public final class Messages {

    private static final Path FOLDER = Path.of("src/main/resources/theme-resources/messages");

    private Messages() {}

    public static Map<String, String> english() {
        return of(FOLDER.resolve("messages_en.properties"));
    }

    public static List<Path> bundles() {
        try (Stream<Path> files = Files.list(FOLDER)) {
            return files.sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public static Map<String, String> of(Path bundle) {
        try (InputStream file = Files.newInputStream(bundle)) {
            PropertyResourceBundle texts = new PropertyResourceBundle(file);
            Map<String, String> messages = new TreeMap<>();
            texts.keySet().forEach(key -> messages.put(key, texts.getString(key)));
            return messages;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
