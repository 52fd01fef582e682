package io.github.k12sso.classlink.demo.keycloak;

/** A requested port is in use by another program. The message is for the user. */
public final class PortTakenException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final int port;

    PortTakenException(int port, String owner, String remedy) {
        super("Port " + port + ", which " + owner
                + " needs, is in use by another program. Stop that program, or choose another port with " + remedy
                + ".");
        this.port = port;
    }

    public int port() {
        return port;
    }
}
