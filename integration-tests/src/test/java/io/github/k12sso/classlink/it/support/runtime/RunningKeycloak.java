package io.github.k12sso.classlink.it.support.runtime;

import java.net.URI;
import java.nio.file.Path;

/** A running Keycloak. */
public interface RunningKeycloak extends AutoCloseable {

    /** {@code http://localhost:<port>}, without trailing slash. */
    URI baseUrl();

    /** Path on this machine, for any runtime. */
    Path logFile();

    /** Kills it, like a power failure. */
    void kill();

    /** Stops it gracefully. */
    @Override
    void close();
}
