package io.github.k12sso.classlink.demo.keycloak;

import java.nio.file.Path;
import java.util.List;

/** Keycloak could not be built or started. The message says what to do and ends with the last lines of its log. */
public final class KeycloakStartException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    KeycloakStartException(String what, Path logFile, List<String> lastLogLines) {
        super(what + System.lineSeparator() + "Last lines of " + logFile + ":" + System.lineSeparator() + "  "
                + String.join(System.lineSeparator() + "  ", lastLogLines));
    }

    KeycloakStartException(String what, Throwable cause) {
        super(what, cause);
    }
}
