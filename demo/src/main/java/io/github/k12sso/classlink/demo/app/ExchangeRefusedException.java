package io.github.k12sso.classlink.demo.app;

import com.nimbusds.oauth2.sdk.http.HTTPResponse;
import java.time.Duration;

/** Keycloak did not give the app a ClassLink token. */
final class ExchangeRefusedException extends RuntimeException {

    private static final long serialVersionUID = 1L;
    private static final Duration DEFAULT_RETRY_AFTER = Duration.ofSeconds(5);
    private static final Duration LONGEST_RETRY_AFTER = Duration.ofMinutes(5);

    /** What the app can do about it. */
    enum Problem {
        /** Offer to connect the account. */
        NOT_LINKED,
        /** Sign in at ClassLink again. */
        TOKEN_EXPIRED,
        /** Wait, then try again. */
        UNAVAILABLE,
        /** Ask the administrator. */
        DENIED,
        /** Nothing; show the code. */
        OTHER
    }

    private final Problem problem;
    private final String code;
    private final transient Duration retryAfter;

    private ExchangeRefusedException(Problem problem, String code, Duration retryAfter) {
        super("Token exchange refused: " + code);
        this.problem = problem;
        this.code = code;
        this.retryAfter = retryAfter;
    }

    static ExchangeRefusedException from(HTTPResponse response, String errorCode) {
        String code = errorCode == null ? "http_" + response.getStatusCode() : errorCode;
        return new ExchangeRefusedException(
                problem(code, response.getStatusCode()), code, retryAfter(response.getHeaderValue("Retry-After")));
    }

    /** For an app that reads through the gateway, and needs no exchange to know. */
    static ExchangeRefusedException notLinked() {
        return new ExchangeRefusedException(Problem.NOT_LINKED, "not_linked", DEFAULT_RETRY_AFTER);
    }

    private static Problem problem(String code, int status) {
        return switch (code) {
            case "not_linked" -> Problem.NOT_LINKED;
            case "token_expired" -> Problem.TOKEN_EXPIRED;
            case "temporarily_unavailable" -> Problem.UNAVAILABLE;
            case "access_denied" -> Problem.DENIED;
            default -> status >= 500 ? Problem.UNAVAILABLE : Problem.OTHER;
        };
    }

    /** Only the form in seconds is read; anything else counts as absent. */
    private static Duration retryAfter(String header) {
        if (header == null || !header.strip().matches("\\d{1,9}")) {
            return DEFAULT_RETRY_AFTER;
        }
        Duration asked = Duration.ofSeconds(Long.parseLong(header.strip()));
        return asked.compareTo(LONGEST_RETRY_AFTER) > 0 ? LONGEST_RETRY_AFTER : asked;
    }

    Problem problem() {
        return problem;
    }

    /** The OAuth error code as it came. */
    String code() {
        return code;
    }

    /** How long not to ask again: 0 to 5 minutes. */
    Duration retryAfter() {
        return retryAfter;
    }
}
