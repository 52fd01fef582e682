package io.github.k12sso.classlink.it.support.runtime;

import java.net.URI;
import java.nio.file.Path;

/** One Keycloak that answers. */
public interface RunningKeycloak extends AutoCloseable {

    /** {@code http://localhost:<port>}, no slash at the end. */
    URI baseUrl();

    /** On this machine, wherever Keycloak runs. */
    Path logFile();

    /** Ends it as a power cut would. */
    void kill();

    /** Ends it in good order. */
    @Override
    void close();
}
