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

/** Ends an exchange. Carries nothing but the reason, and the name of a client scope that is missing. */
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

    /** The subject token lacks a scope. No double quotes: RFC 6749 allows none in a description. */
    static ExchangeRefused lacking(String tokenScope) {
        return new ExchangeRefused(
                Reason.TOKEN_SCOPE_MISSING,
                "The subject token lacks the client scope '" + tokenScope + "' that allows ClassLink tokens");
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

    /** The answer as RFC 6749 section 5.2 has it, with {@code Retry-After} in whole seconds, if a later request may succeed. */
    Response.ResponseBuilder answer() {
        Response.ResponseBuilder answer = Response.status(error.status())
                .type(MediaType.APPLICATION_JSON_TYPE)
                .entity(new OAuth2ErrorRepresentation(error.error(), description));
        Optional.ofNullable(retryAfter)
                .ifPresent(wait -> answer.header(HttpHeaders.RETRY_AFTER, UpstreamFailure.retryAfterSeconds(wait)));
        return answer;
    }

    /**
     * Why an exchange is refused, as the app sees it and as the event says it. The one place where failures become HTTP. The status
     * is 400, as RFC 6749 section 5.2 has it, because Spring Security reads the error code of no other.
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
                "The subject token lacks the client scope that allows ClassLink tokens",
                Errors.NOT_ALLOWED),
        IMPERSONATED(
                Status.BAD_REQUEST,
                OAuthErrorException.ACCESS_DENIED,
                "The user session of the subject token is an impersonation: nobody gets another user's ClassLink token",
                Errors.NOT_ALLOWED),
        CONSENT_MISSING(
                Status.BAD_REQUEST,
                OAuthErrorException.INVALID_SCOPE,
                "Missing consents for Token Exchange",
                "consent_denied"),
        NOT_LINKED(
                Status.BAD_REQUEST,
                "not_linked",
                "No ClassLink token is stored for this user: they have not signed in with ClassLink, or storing is off",
                Errors.INVALID_TOKEN),
        TOKEN_EXPIRED(
                Status.BAD_REQUEST,
                "token_expired",
                "The ClassLink token is expired: send the user through login with ClassLink again",
                Errors.INVALID_TOKEN),
        DISTRICT_NOT_ALLOWED(
                Status.BAD_REQUEST,
                OAuthErrorException.ACCESS_DENIED,
                "The user's district is not one of the allowed districts of this identity provider",
                Errors.NOT_ALLOWED),
        TEMPORARILY_UNAVAILABLE(
                Status.SERVICE_UNAVAILABLE,
                OAuthErrorException.TEMPORARILY_UNAVAILABLE,
                "The ClassLink token is expired and ClassLink cannot renew it now. It is kept: try again after Retry-After",
                "temporarily_unavailable"),
        KEYS_UNAVAILABLE(
                Status.SERVICE_UNAVAILABLE,
                OAuthErrorException.TEMPORARILY_UNAVAILABLE,
                "The ClassLink token cannot be opened now, because Keycloak's vault is incomplete. It is kept: try again "
                        + "after Retry-After",
                "temporarily_unavailable"),
        BROKERING_API_VERSION(
                Status.FORBIDDEN,
                OAuthErrorException.ACCESS_DENIED,
                "ClassLink tokens are not handed out here. Use token exchange with requested_issuer, or the Identity "
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

        /** Those with which an API may refuse: Keycloak has checked client and token before it asks here by version 2. */
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

        /** The {@code error} member of the answer. */
        String error() {
            return error;
        }

        /** The {@code error_description} member of the answer: a constant, so that it can be logged and searched for. */
        String description() {
            return description;
        }

        /** The error of Keycloak's event. */
        String eventError() {
            return eventError;
        }
    }
}
