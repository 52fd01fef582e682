package io.github.k12sso.classlink.it.resilience;

import io.github.k12sso.classlink.simulator.fault.Fault;
import java.time.Duration;
import java.util.Optional;

/** Faults of ClassLink or of the network. */
enum UpstreamFault {
    REFUSED("connection refused", null),
    UNKNOWN_HOST("unknown host name", null),
    WRONG_CERTIFICATE("untrusted TLS certificate", null),
    CONNECT_STALLS("connection never established", null),
    RESET("connection reset", Fault.reset()),
    STATUS_400("400", Fault.status(400)),
    STATUS_401("401", Fault.status(401)),
    STATUS_403("403", Fault.status(403)),
    STATUS_404("404", Fault.status(404)),
    STATUS_429("429", Fault.status(429)),
    STATUS_429_LATER("429, Retry-After: 7", Fault.status(429).retryAfter(7)),
    STATUS_500("500", Fault.status(500)),
    STATUS_502("502", Fault.status(502)),
    STATUS_503("503", Fault.status(503)),
    STATUS_504("504", Fault.status(504)),
    REDIRECT("redirect", Fault.redirect("http://localhost:1/")),
    EMPTY("empty response", Fault.empty()),
    TRUNCATED("truncated response", Fault.truncated()),
    MALFORMED("malformed JSON", Fault.malformedJson()),
    WRONG_SHAPE("JSON of another shape", Fault.wrongShape()),
    WRONG_TYPE("HTML page", Fault.wrongType()),
    OVERSIZE("20 MB", Fault.oversize(20_000_000)),
    DRIP("one byte per second", Fault.drip(Duration.ofSeconds(1)));

    private final String text;

    @SuppressWarnings("ImmutableEnumChecker") // Immutable, but not annotated.
    private final Fault fault;

    UpstreamFault(String text, Fault fault) {
        this.text = text;
        this.fault = fault;
    }

    /** The simulator's fault; empty if ClassLink is not reached. */
    public Optional<Fault> simulated() {
        return Optional.ofNullable(fault);
    }

    /** Faults in which no complete response arrives. */
    public boolean onlyTimeEnds() {
        return this == CONNECT_STALLS || this == DRIP;
    }

    /** The description in the report. */
    @Override
    public String toString() {
        return text;
    }
}
