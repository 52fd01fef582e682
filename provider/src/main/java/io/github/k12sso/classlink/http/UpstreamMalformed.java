package io.github.k12sso.classlink.http;

/** An answer that says success and cannot be used: not JSON, of another shape, too large, cut off, or a redirect. */
public final class UpstreamMalformed extends UpstreamFailure {

    private static final long serialVersionUID = 1L;

    /**
     * An answer that cannot be used.
     *
     * @param what constants only; completes the sentence "The … endpoint …"
     */
    public UpstreamMalformed(Operation operation, String what) {
        super(operation.label() + " " + what);
    }
}
