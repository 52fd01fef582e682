package io.github.k12sso.classlink.http;

/** An address that this server may not call; see {@link AllowedHosts}. The message completes the sentence "The … URL". */
public final class HostNotAllowed extends UpstreamFailure {

    private static final long serialVersionUID = 1L;

    HostNotAllowed(String message) {
        super(message);
    }
}
