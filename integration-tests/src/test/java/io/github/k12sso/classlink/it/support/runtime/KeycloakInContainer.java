package io.github.k12sso.classlink.it.support.runtime;

import static java.nio.file.StandardOpenOption.APPEND;
import static java.nio.file.StandardOpenOption.CREATE;

import com.github.dockerjava.api.command.CreateContainerCmd;
import com.github.dockerjava.api.command.InspectContainerResponse;
import com.github.dockerjava.api.model.Bind;
import com.github.dockerjava.api.model.Volume;
import dasniko.testcontainers.keycloak.ExtendableKeycloakContainer;
import io.github.k12sso.classlink.demo.keycloak.KeycloakSettings;
import io.github.k12sso.classlink.demo.keycloak.ListeningPort;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.testcontainers.containers.output.OutputFrame;
import org.testcontainers.images.PullPolicy;

/**
 * Keycloak's image with host networking, so that the local ClassLink, the database and a second node are at {@code localhost}
 * as for tests and browser. Files in the settings have the same path in the container.
 */
final class KeycloakInContainer extends ExtendableKeycloakContainer<KeycloakInContainer> implements RunningKeycloak {

    private static final String HOME = "/opt/keycloak";
    private static final Duration STOP_GRACE = Duration.ofSeconds(15);

    private final String heap;
    private final URI baseUrl;
    private final Path logFile;

    private KeycloakInContainer(KeycloakSettings settings, List<String> buildOptions) {
        super(image());
        this.heap = settings.heap();
        int port = settings.httpPort() == 0 ? ListeningPort.anyFree() : settings.httpPort();
        int managementPort = settings.managementPort() == 0 ? ListeningPort.anyFree() : settings.managementPort();
        this.baseUrl = URI.create("http://localhost:" + port);
        this.logFile = settings.logFile().toAbsolutePath();
        Path work = logFile.getParent();
        Path data = settings.home().resolve("data");

        withNetworkMode("host");
        setExposedPorts(List.of());
        withImagePullPolicy(PullPolicy.defaultPolicy());
        withCreateContainerCmdModifier(KeycloakInContainer::asThisUser);
        withBootstrapAdminDisabled();
        settings.environment().forEach(this::withEnv);
        if (settings.isOptimized()) {
            withProductionMode();
            withCustomCommand("--http-enabled=true");
            withCustomCommand("--hostname-strict=false");
        }
        withCustomCommand("--http-port=" + port);
        withCustomCommand("--http-management-port=" + managementPort);
        withCustomCommand("--log=console,file");
        withCustomCommand("--log-file=" + logFile);
        buildOptions.forEach(this::withCustomCommand);
        settings.options().stream()
                .filter(option -> !option.startsWith("--http-management-port="))
                .forEach(this::withCustomCommand);
        // Not withFileSystemBind, because it first pulls another image as a check.
        withCreateContainerCmdModifier(
                command -> command.getHostConfig().withBinds(bind(work, work.toString()), bind(data, HOME + "/data")));
        withProviderLibsFrom(providers(settings));
        waitingFor(new Answers(baseUrl.resolve(settings.readyPath())).withStartupTimeout(settings.startTimeout()));
    }

    static KeycloakInContainer start(KeycloakSettings settings, List<String> buildOptions) {
        KeycloakInContainer container = new KeycloakInContainer(settings, buildOptions);
        container.start();
        return container;
    }

    /** Startup errors are on stdout but not in the log file, and a container that failed to start is removed immediately. */
    @Override
    protected void containerIsStopping(InspectContainerResponse container) {
        try {
            Files.writeString(logFile, getLogs(OutputFrame.OutputType.STDERR), CREATE, APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The image of the version under test. */
    static String image() {
        return "quay.io/keycloak/keycloak:" + System.getProperty("keycloak.dist.version");
    }

    @Override
    protected void configure() {
        super.configure();
        withEnv("JAVA_OPTS_KC_HEAP", heap);
    }

    @Override
    public URI baseUrl() {
        return baseUrl;
    }

    @Override
    public Path logFile() {
        return logFile;
    }

    @Override
    public void kill() {
        getDockerClient().killContainerCmd(getContainerId()).exec();
        close();
    }

    @Override
    public void close() {
        if (isRunning()) {
            getDockerClient()
                    .stopContainerCmd(getContainerId())
                    .withTimeout((int) STOP_GRACE.toSeconds())
                    .exec();
        }
        super.close();
    }

    private static Bind bind(Path here, String inside) {
        return new Bind(here.toString(), new Volume(inside));
    }

    /** Lets this machine's user read and delete Keycloak's files; the image supports any user of group 0. */
    private static void asThisUser(CreateContainerCmd command) {
        try {
            Object user = Files.getAttribute(Path.of(System.getProperty("work.dir")), "unix:uid");
            command.withUser(user + ":0");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<File> providers(KeycloakSettings settings) {
        try (var jars = Files.list(settings.home().resolve("providers"))) {
            List<File> files = new ArrayList<>();
            jars.forEach(jar -> files.add(jar.toFile()));
            return files;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
