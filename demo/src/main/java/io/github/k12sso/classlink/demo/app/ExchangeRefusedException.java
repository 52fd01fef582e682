package io.github.k12sso.classlink.demo.app;

import com.nimbusds.oauth2.sdk.http.HTTPResponse;
import java.time.Duration;

/** Keycloak did not give the app a ClassLink token. */
final class ExchangeRefusedException extends RuntimeException {

    private static final long serialVersionUID = 1L;
    private static final Duration DEFAULT_RETRY_AFTER = Duration.ofSeconds(5);
    private static final Duration LONGEST_RETRY_AFTER = Duration.ofMinutes(5);

    /** What the app can do about it. */
    enum Reason {
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

    private final Reason reason;
    private final String code;
    private final transient Duration retryAfter;

    private ExchangeRefusedException(Reason reason, String code, Duration retryAfter) {
        super("Token exchange refused: " + code);
        this.reason = reason;
        this.code = code;
        this.retryAfter = retryAfter;
    }

    static ExchangeRefusedException from(HTTPResponse response, String errorCode) {
        String code = errorCode == null ? "http_" + response.getStatusCode() : errorCode;
        return new ExchangeRefusedException(
                reason(code, response.getStatusCode()), code, retryAfter(response.getHeaderValue("Retry-After")));
    }

    private static Reason reason(String code, int status) {
        return switch (code) {
            case "not_linked" -> Reason.NOT_LINKED;
            case "token_expired" -> Reason.TOKEN_EXPIRED;
            case "temporarily_unavailable" -> Reason.UNAVAILABLE;
            case "access_denied" -> Reason.DENIED;
            default -> status >= 500 ? Reason.UNAVAILABLE : Reason.OTHER;
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

    Reason reason() {
        return reason;
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
