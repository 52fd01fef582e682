package io.github.k12sso.classlink.idp;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Properties;

/** Which jar this is, for Keycloak's page "Server info". */
final class Build {

    private static final String FILE = "/io/github/k12sso/classlink/build.properties";

    private Build() {}

    static Map<String, String> info() {
        Properties build = new Properties();
        try (InputStream file = Build.class.getResourceAsStream(FILE)) {
            build.load(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Map<String, String> info = new LinkedHashMap<>();
        info.put("Version", build.getProperty("version"));
        info.put("Keycloak", build.getProperty("keycloak"));
        return info;
    }
}
