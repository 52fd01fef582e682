package io.github.k12sso.classlink.demo.app;

import com.nimbusds.oauth2.sdk.http.HTTPResponse;
import java.time.Duration;

/** Keycloak refused the exchange for a ClassLink token. */
final class ExchangeRefusedException extends RuntimeException {

    private static final long serialVersionUID = 1L;
    private static final Duration DEFAULT_RETRY_AFTER = Duration.ofSeconds(5);
    private static final Duration LONGEST_RETRY_AFTER = Duration.ofMinutes(5);

    /** What the app does next. */
    enum Problem {
        /** Offer to link the account. */
        NOT_LINKED,
        /** Sign in at ClassLink again. */
        TOKEN_EXPIRED,
        /** Wait, then try again. */
        UNAVAILABLE,
        /** Ask the administrator. */
        DENIED,
        /** Show the error code. */
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

    /** For an app that reads through the gateway without an exchange. */
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

    /** Only a number of seconds is accepted; any other value counts as absent. */
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

    /** The OAuth error code, unchanged. */
    String code() {
        return code;
    }

    /** Time to wait before the next call: 0 to 5 minutes. */
    Duration retryAfter() {
        return retryAfter;
    }
}
