package io.github.k12sso.classlink.demo.keycloak;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A distribution whose {@code kc.sh} is a test's own shell script. */
final class FakeHome {

    private FakeHome() {}

    static KeycloakDistribution withScript(Path folder, String script) throws IOException {
        Path source = folder.resolve("unzipped").resolve("keycloak-0");
        Files.createDirectories(source.resolve("bin"));
        Files.writeString(source.resolve("bin").resolve("kc.sh"), "#!/bin/sh\n" + script);
        return KeycloakDistribution.prepare(source.getParent(), folder.resolve("home"), List.of(), List.of());
    }
}
