package io.github.k12sso.classlink.it.support.clients;

import io.github.k12sso.classlink.it.support.TestRealm;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Two running apps without support for tiles, on unmodified libraries: {@code clients/javascript/apps.js}. */
public final class StockApps implements AutoCloseable {

    private static final long PATIENCE_SECONDS = 10;

    private final Process node;
    private final URI address;

    private StockApps(Process node, URI address) {
        this.node = node;
        this.address = address;
    }

    /** Starts them for the clients {@code reading} (public) and {@code math} of a realm. */
    public static StockApps start(TestRealm realm, String mathSecret) {
        Path folder = Script.javaScriptFolder();
        URI issuer = realm.url("");
        ProcessBuilder builder = new ProcessBuilder(
                        "node", folder.resolve("apps.js").toString())
                .redirectError(folder.resolve("apps.log").toFile());
        builder.environment()
                .putAll(Map.of(
                        "KEYCLOAK",
                        issuer.resolve("/").toString().replaceFirst("/$", ""),
                        "REALM",
                        realm.name(),
                        "MATH_SECRET",
                        mathSecret));
        try {
            Process node = builder.start();
            BufferedReader output = node.inputReader(StandardCharsets.UTF_8);
            String line = output.readLine();
            if (line == null) {
                throw new AssertionError("The apps did not start, see " + folder.resolve("apps.log"));
            }
            return new StockApps(node, URI.create(line));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Browser app with keycloak-js. */
    public URI reading() {
        return address.resolve("/reading/");
    }

    /** Server app with openid-client. */
    public URI math() {
        return address.resolve("/math/");
    }

    @Override
    public void close() {
        try {
            node.getOutputStream().close();
            if (!node.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                node.destroyForcibly();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            node.destroyForcibly();
        }
    }
}
