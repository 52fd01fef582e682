package io.github.k12sso.classlink.simulator.launchpad;

import java.util.Optional;
import java.util.regex.Pattern;

/** Where sign-in may send the browser back to: a path of this server and nothing else. */
final class ReturnPath {
    /** One slash, not two, no backslash, no control character that a browser would drop. */
    private static final Pattern LOCAL = Pattern.compile("/(?![/\\\\])[\\x21-\\x5b\\x5d-\\x7e]*");

    private ReturnPath() {}

    static Optional<String> of(Optional<String> logincallback) {
        return logincallback.filter(path -> LOCAL.matcher(path).matches());
    }
}
