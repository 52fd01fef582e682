package io.github.k12sso.classlink.demo.keycloak;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.security.SecureRandom;
import java.util.concurrent.atomic.AtomicInteger;

/** Finds and checks TCP ports of this machine. */
public final class ListeningPort {

    private static final int FIRST = 20_000;
    private static final int LAST = 32_000;
    /** Starts at a random port, so that concurrent programs find different ports. */
    private static final AtomicInteger NEXT = new AtomicInteger(new SecureRandom().nextInt(FIRST, LAST));

    private ListeningPort() {}

    /**
     * Returns a free port. It is below the ephemeral port range (Linux from 32768, RFC 6335 from 49152), so that no outgoing
     * connection takes it first, and no other call returns it for a long time.
     *
     * @return {@value #FIRST} to {@value #LAST}
     */
    public static int anyFree() {
        for (int tries = FIRST; tries <= LAST; tries++) {
            int port = NEXT.getAndUpdate(last -> last == LAST ? FIRST : last + 1);
            if (isFree(port)) {
                return port;
            }
        }
        throw new IllegalStateException("This machine has no free TCP port from " + FIRST + " to " + LAST);
    }

    /** Whether the port can be bound, on all addresses and on loopback. */
    public static boolean isFree(int port) {
        return binds(new InetSocketAddress(port))
                && binds(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    }

    /**
     * Checks that a port is free.
     *
     * @param port 1 to 65535
     * @param owner program that needs the port, for the message: "Keycloak"
     * @param remedy how to choose another port: "-Ddemo.keycloak.port=<port>"
     * @throws PortTakenException if another program listens on it
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
            // Otherwise, connections of a server that has just stopped would make its port appear to be in use.
            socket.setReuseAddress(true);
            socket.bind(address);
            return true;
        } catch (IOException taken) {
            return false;
        }
    }
}
