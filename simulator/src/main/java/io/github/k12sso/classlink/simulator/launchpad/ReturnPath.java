package io.github.k12sso.classlink.simulator.launchpad;

import java.util.Optional;
import java.util.regex.Pattern;

/** The path to return to after sign-in; only paths of this server are allowed. */
final class ReturnPath {
    /** Exactly one leading slash, no backslash, and no control character that a browser would remove. */
    private static final Pattern LOCAL = Pattern.compile("/(?![/\\\\])[\\x21-\\x5b\\x5d-\\x7e]*");

    private ReturnPath() {}

    static Optional<String> of(Optional<String> logincallback) {
        return logincallback.filter(path -> LOCAL.matcher(path).matches());
    }
}
