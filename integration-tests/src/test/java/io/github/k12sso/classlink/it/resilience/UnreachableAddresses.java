package io.github.k12sso.classlink.it.resilience;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.github.k12sso.classlink.it.support.SelfSignedCertificate;
import io.github.k12sso.classlink.it.support.TestEnvironment;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** URLs on this machine at which ClassLink is unreachable. */
final class UnreachableAddresses implements AutoCloseable {

    private static final int MORE_THAN_THE_BACKLOG = 8;
    private static final Duration FULL = Duration.ofMillis(300);

    private final HttpsServer untrusted;
    private final ServerSocket deaf;
    private final List<Socket> waiting = new ArrayList<>();

    private UnreachableAddresses(HttpsServer untrusted, ServerSocket deaf) {
        this.untrusted = untrusted;
        this.deaf = deaf;
    }

    /**
     * Starts the listeners.
     *
     * @param certificate the keystore file to create
     */
    public static UnreachableAddresses open(Path certificate) {
        try {
            HttpsServer untrusted = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
            untrusted.setHttpsConfigurator(new HttpsConfigurator(
                    SelfSignedCertificate.selfSigned(certificate).serverContext()));
            untrusted.start();
            UnreachableAddresses all =
                    new UnreachableAddresses(untrusted, new ServerSocket(0, 1, InetAddress.getLoopbackAddress()));
            all.fillBacklog();
            return all;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Never accepts connections: once the backlog is full, the system does not answer further connection attempts. */
    private void fillBacklog() throws IOException {
        for (int number = 0; number < MORE_THAN_THE_BACKLOG; number++) {
            Socket socket = new Socket();
            waiting.add(socket);
            try {
                socket.connect(deaf.getLocalSocketAddress(), (int) FULL.toMillis());
            } catch (SocketTimeoutException full) {
                return;
            }
        }
        throw new AssertionError("this system accepts any number of connections");
    }

    /** A URL with this fault; only for faults that the simulator does not have. */
    public String address(UpstreamFault fault) {
        return switch (fault) {
            case REFUSED -> "http://localhost:1";
            case UNKNOWN_HOST -> "https://" + TestEnvironment.UNKNOWN_HOST;
            case WRONG_CERTIFICATE ->
                "https://localhost:" + untrusted.getAddress().getPort();
            case CONNECT_STALLS -> "http://localhost:" + deaf.getLocalPort();
            default -> throw new IllegalArgumentException(fault + " is one of a ClassLink that is reached");
        };
    }

    @Override
    public void close() {
        try {
            for (Socket socket : waiting) {
                socket.close();
            }
            deaf.close();
            untrusted.stop(0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
