package io.github.k12sso.classlink.exchange;

import io.github.k12sso.classlink.exchange.ExchangeProvider.IssuedToken;
import io.github.k12sso.classlink.http.UpstreamFailure;
import io.github.k12sso.classlink.vault.TokenUnavailable;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.Response.Status;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Stream;
import org.keycloak.OAuthErrorException;
import org.keycloak.events.Errors;
import org.keycloak.representations.idm.OAuth2ErrorRepresentation;

/** Refuses an exchange. Contains only the reason and, if it applies, the name of the missing client scope. */
final class ExchangeRefused extends Exception {

    private static final long serialVersionUID = 1L;

    private final Reason error;
    private final String description;
    private final Duration retryAfter;

    ExchangeRefused(Reason error) {
        this(error, error.description());
    }

    private ExchangeRefused(Reason error, String description) {
        super(description);
        this.error = error;
        this.description = description;
        this.retryAfter = null;
    }

    /**
     * The subject token has no such scope. The text uses single quotes because RFC 6749 forbids double quotes in a
     * description.
     */
    static ExchangeRefused lacking(String tokenScope) {
        return new ExchangeRefused(
                Reason.TOKEN_SCOPE_MISSING, "The subject token doesn't have the client scope '" + tokenScope + "'");
    }

    ExchangeRefused(TokenUnavailable failure) {
        super(failure.getMessage(), failure);
        this.error = Reason.of(failure.reason());
        this.description = error.description();
        this.retryAfter = failure.retryAfter().orElse(null);
    }

    Reason error() {
        return error;
    }

    String description() {
        return description;
    }

    /**
     * Builds the error response (RFC 6749, section 5.2), with {@code Retry-After} in seconds if a later request may
     * succeed.
     */
    Response.ResponseBuilder answer() {
        Response.ResponseBuilder answer = Response.status(error.status())
                .type(MediaType.APPLICATION_JSON_TYPE)
                .entity(new OAuth2ErrorRepresentation(error.error(), description));
        Optional.ofNullable(retryAfter)
                .ifPresent(wait -> answer.header(HttpHeaders.RETRY_AFTER, UpstreamFailure.retryAfterSeconds(wait)));
        return answer;
    }

    /**
     * The reasons for a refusal, with the response for the client and the error for the event. This is the only place
     * that maps failures to HTTP. The status is 400 (RFC 6749, section 5.2) because Spring Security reads the error
     * code only with this status.
     */
    enum Reason {
        PUBLIC_CLIENT(
                Status.BAD_REQUEST,
                OAuthErrorException.INVALID_CLIENT,
                "Public client is not allowed to exchange token",
                Errors.INVALID_CLIENT),
        EXCHANGE_NOT_ENABLED(
                Status.BAD_REQUEST,
                OAuthErrorException.INVALID_REQUEST,
                "Standard token exchange is not enabled for the requested client",
                Errors.INVALID_REQUEST),
        SUBJECT_TOKEN_MISSING(
                Status.BAD_REQUEST,
                OAuthErrorException.INVALID_REQUEST,
                "Parameter 'subject_token' is required",
                Errors.INVALID_REQUEST),
        SUBJECT_TOKEN_TYPE_UNSUPPORTED(
                Status.BAD_REQUEST,
                OAuthErrorException.INVALID_REQUEST,
                "Parameter 'subject_token_type' must be urn:ietf:params:oauth:token-type:access_token",
                Errors.INVALID_REQUEST),
        REQUESTED_TOKEN_TYPE_UNSUPPORTED(
                Status.BAD_REQUEST,
                OAuthErrorException.INVALID_REQUEST,
                "requested_token_type unsupported: only urn:ietf:params:oauth:token-type:access_token is issued",
                Errors.INVALID_REQUEST),
        PARAMETER_UNSUPPORTED(
                Status.BAD_REQUEST,
                OAuthErrorException.INVALID_REQUEST,
                "Parameters 'audience', 'resource' and 'actor_token' are not supported together with 'requested_issuer'",
                Errors.INVALID_REQUEST),
        SCOPE_UNKNOWN(Status.BAD_REQUEST, OAuthErrorException.INVALID_SCOPE, "Invalid scopes", Errors.INVALID_REQUEST),
        SUBJECT_TOKEN_INVALID(
                Status.BAD_REQUEST, OAuthErrorException.INVALID_REQUEST, "Invalid token", Errors.INVALID_TOKEN),
        BOUND_TO_OTHER_CLIENT(
                Status.BAD_REQUEST,
                OAuthErrorException.INVALID_REQUEST,
                "Sender-constrained token exchange rejected as the token was not issued for the requesting client",
                Errors.INVALID_REQUEST),
        CERTIFICATE_MISSING(
                Status.BAD_REQUEST,
                OAuthErrorException.INVALID_REQUEST,
                "Client certificate missing, or its thumbprint and one in the subject token did NOT match",
                Errors.INVALID_REQUEST),
        DPOP_PROOF_MISSING(
                Status.BAD_REQUEST,
                OAuthErrorException.INVALID_REQUEST,
                "DPoP proof is missing",
                Errors.INVALID_DPOP_PROOF),
        DPOP_PROOF_INVALID(
                Status.BAD_REQUEST,
                OAuthErrorException.INVALID_REQUEST,
                "DPoP proof and token binding do not match",
                Errors.INVALID_DPOP_PROOF),
        NOT_IN_AUDIENCE(
                Status.BAD_REQUEST,
                OAuthErrorException.ACCESS_DENIED,
                "Client is not within the token audience",
                Errors.NOT_ALLOWED),
        TOKEN_SCOPE_MISSING(
                Status.BAD_REQUEST,
                OAuthErrorException.ACCESS_DENIED,
                "The subject token doesn't have the client scope for ClassLink tokens",
                Errors.NOT_ALLOWED),
        IMPERSONATED(
                Status.BAD_REQUEST,
                OAuthErrorException.ACCESS_DENIED,
                "The user session is an impersonation: ClassLink tokens are issued only to the user",
                Errors.NOT_ALLOWED),
        CONSENT_MISSING(
                Status.BAD_REQUEST,
                OAuthErrorException.INVALID_SCOPE,
                "Missing consents for Token Exchange",
                "consent_denied"),
        NOT_LINKED(
                Status.BAD_REQUEST,
                "not_linked",
                "No ClassLink token is stored for this user: the user has not signed in with ClassLink, or "
                        + "Store tokens is off",
                Errors.INVALID_TOKEN),
        TOKEN_EXPIRED(
                Status.BAD_REQUEST,
                "token_expired",
                "The ClassLink token expired: ask the user to sign in with ClassLink again",
                Errors.INVALID_TOKEN),
        DISTRICT_NOT_ALLOWED(
                Status.BAD_REQUEST,
                OAuthErrorException.ACCESS_DENIED,
                "The user's district is not one of the allowed districts of this identity provider",
                Errors.NOT_ALLOWED),
        TEMPORARILY_UNAVAILABLE(
                Status.SERVICE_UNAVAILABLE,
                OAuthErrorException.TEMPORARILY_UNAVAILABLE,
                "The ClassLink token expired and could not be refreshed now: try again after the time in Retry-After",
                "temporarily_unavailable"),
        KEYS_UNAVAILABLE(
                Status.SERVICE_UNAVAILABLE,
                OAuthErrorException.TEMPORARILY_UNAVAILABLE,
                "The ClassLink token cannot be decrypted now because an entry in Keycloak's vault is missing: "
                        + "try again after the time in Retry-After",
                "temporarily_unavailable"),
        BROKERING_API_VERSION(
                Status.FORBIDDEN,
                OAuthErrorException.ACCESS_DENIED,
                "This API does not return ClassLink tokens. Use token exchange with requested_issuer, or the "
                        + "Identity "
                        + "Brokering API V2",
                Errors.NOT_ALLOWED);

        private final Status status;
        private final String error;
        private final String description;
        private final String eventError;

        Reason(Status status, String error, String description, String eventError) {
            this.status = status;
            this.error = error;
            this.description = description;
            this.eventError = eventError;
        }

        static Reason of(TokenUnavailable.Reason reason) {
            return switch (reason) {
                case NOT_LINKED -> NOT_LINKED;
                case EXPIRED -> TOKEN_EXPIRED;
                case REFRESH_FAILED -> TEMPORARILY_UNAVAILABLE;
                case DISTRICT_NOT_ALLOWED -> DISTRICT_NOT_ALLOWED;
                case KEYS_UNAVAILABLE -> KEYS_UNAVAILABLE;
            };
        }

        /**
         * Returns the reasons that an API can return. With version 2, Keycloak has already checked the client and the
         * token.
         */
        static Reason[] of(IssuedToken.Api api) {
            return switch (api) {
                case TOKEN_EXCHANGE ->
                    Arrays.stream(values())
                            .filter(reason -> reason != BROKERING_API_VERSION)
                            .toArray(Reason[]::new);
                case BROKERING_V2 ->
                    Stream.concat(
                                    Stream.of(IMPERSONATED, TOKEN_SCOPE_MISSING),
                                    Arrays.stream(TokenUnavailable.Reason.values())
                                            .map(Reason::of))
                            .toArray(Reason[]::new);
                case BROKERING_V1 -> new Reason[] {BROKERING_API_VERSION};
            };
        }

        Status status() {
            return status;
        }

        /** Returns the {@code error} member of the response. */
        String error() {
            return error;
        }

        /** Returns the {@code error_description} member of the response, a constant that is safe to log. */
        String description() {
            return description;
        }

        /** Returns the error of the Keycloak event. */
        String eventError() {
            return eventError;
        }
    }
}
