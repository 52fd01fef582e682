package io.github.k12sso.classlink.demo.keycloak;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;

/** Questions about TCP ports of this machine, asked before anything is started on them. */
public final class ListeningPort {

    private ListeningPort() {}

    /** A port that nobody listens on right now; another program may still take it before the caller does. */
    public static int anyFree() {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException("This machine has no free TCP port", e);
        }
    }

    /** Whether the port can be bound, on all addresses and on loopback. */
    public static boolean isFree(int port) {
        return binds(new InetSocketAddress(port))
                && binds(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    }

    /**
     * Refuses a port that is in use.
     *
     * @param port 1 to 65535
     * @param owner what wants to listen there, as the reader knows it: "Keycloak"
     * @param remedy how to choose another port: "-Ddemo.keycloak.port=<port>"
     * @throws PortTakenException when another program listens there
     */
    public static void requireFree(int port, String owner, String remedy) {
        if (port < 1 || port > 65_535) {
            throw new IllegalArgumentException(
                    owner + " cannot listen on port " + port + ": a port is a number from 1 to 65535 (" + remedy + ")");
        }
        if (!isFree(port)) {
            throw new PortTakenException(port, owner, remedy);
        }
    }

    private static boolean binds(InetSocketAddress address) {
        try (ServerSocket socket = new ServerSocket()) {
            // Without it, a connection of a server that has just ended would make its port look taken.
            socket.setReuseAddress(true);
            socket.bind(address);
            return true;
        } catch (IOException taken) {
            return false;
        }
    }
}
