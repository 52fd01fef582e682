package io.github.k12sso.classlink.idp;

import io.github.k12sso.classlink.http.Measurement.Operation;
import io.github.k12sso.classlink.http.UpstreamFailure;
import io.github.k12sso.classlink.http.UpstreamFailure.OAuthError;
import io.github.k12sso.classlink.idp.FailedLogin.District;
import io.github.k12sso.classlink.launchpad.TileLaunch;
import jakarta.ws.rs.core.Response.Status;
import java.util.Locale;
import java.util.Optional;

/** Refuses a login. The message contains only constants and is safe to log. */
final class LoginRefused extends Exception {

    private static final long serialVersionUID = 1L;

    private final Reason reason;
    private final transient District district;

    LoginRefused(Reason reason) {
        this(reason, reason.code());
    }

    LoginRefused(Reason reason, String detail) {
        super(detail);
        this.reason = reason;
        this.district = null;
    }

    /** The district is not in the provider's list. */
    LoginRefused(District district) {
        super(Reason.DISTRICT_NOT_ALLOWED.code() + ", tenant_id=" + district.tenantId() + ", district="
                + district.name());
        this.reason = Reason.DISTRICT_NOT_ALLOWED;
        this.district = district;
    }

    LoginRefused(Reason reason, UpstreamFailure cause) {
        super(cause.getMessage(), cause);
        this.reason = reason;
        this.district = null;
    }

    Reason reason() {
        return reason;
    }

    Optional<District> district() {
        return Optional.ofNullable(district);
    }

    /** Converts a failed call. */
    static LoginRefused because(Operation operation, UpstreamFailure failure) {
        if (failure instanceof UpstreamFailure.Unavailable) {
            return new LoginRefused(Reason.CLASSLINK_UNAVAILABLE, failure);
        }
        if (failure instanceof UpstreamFailure.HostNotAllowed || failure instanceof UpstreamFailure.Misconfigured) {
            return new LoginRefused(Reason.CONFIGURATION, failure);
        }
        if (failure instanceof UpstreamFailure.Refused refused) {
            return new LoginRefused(meaning(operation, refused.error()), failure);
        }
        return new LoginRefused(Reason.MALFORMED_ANSWER, failure);
    }

    /** Converts a refused launch. */
    static LoginRefused because(TileLaunch.Refused refused) {
        return new LoginRefused(
                switch (refused.reason()) {
                    case NOT_CONFIGURED -> Reason.LAUNCH_NOT_CONFIGURED;
                    case APP_UNUSABLE -> Reason.LAUNCH_APP_UNUSABLE;
                    case HOME_MISSING -> Reason.LAUNCH_HOME_MISSING;
                    case EMBEDDED -> Reason.LAUNCH_EMBEDDED;
                    case LOOP -> Reason.LAUNCH_LOOP;
                    case REALM_DISABLED -> Reason.REALM_DISABLED;
                    case PROVIDER_DISABLED -> Reason.PROVIDER_DISABLED;
                    case PROVIDER_LINK_ONLY -> Reason.PROVIDER_LINK_ONLY;
                    case HTTPS_REQUIRED -> Reason.HTTPS_REQUIRED;
                });
    }

    private static Reason meaning(Operation operation, OAuthError error) {
        return switch (operation) {
            // From the token endpoint, this is not the user's refusal, which arrives with the browser.
            case TOKEN, REFRESH, REVOCATION ->
                error == OAuthError.ACCESS_DENIED ? Reason.REQUEST_REJECTED : meaning(error);
            case PROFILE, GROUPS -> Reason.PROFILE_REJECTED;
            case KEYS -> Reason.ID_TOKEN_KEY_UNKNOWN;
            case APPLICATIONS, ROSTER -> throw new IllegalArgumentException(operation + " is not part of a login");
        };
    }

    /** Maps an error code from the token endpoint or the browser. */
    static Reason meaning(OAuthError error) {
        return switch (error) {
            case ACCESS_DENIED -> Reason.ACCESS_DENIED;
            case INVALID_CLIENT, UNAUTHORIZED_CLIENT -> Reason.CLIENT_REJECTED;
            case INVALID_SCOPE -> Reason.SCOPE_REJECTED;
            case REDIRECT_URI_MISMATCH -> Reason.REDIRECT_URI_REJECTED;
            case INVALID_GRANT -> Reason.CODE_REJECTED;
            case SERVER_ERROR, TEMPORARILY_UNAVAILABLE -> Reason.CLASSLINK_UNAVAILABLE;
            case INVALID_REQUEST,
                    UNSUPPORTED_GRANT_TYPE,
                    UNSUPPORTED_RESPONSE_TYPE,
                    LOGIN_REQUIRED,
                    INTERACTION_REQUIRED,
                    UNKNOWN -> Reason.REQUEST_REJECTED;
        };
    }

    /**
     * The reasons for a refused login. Each has a constant for the event and log line, a status, and a page with a text
     * in {@code theme-resources/messages}. This is the only place that maps login failures to HTTP.
     */
    enum Reason {
        MISSING_STATE(Status.BAD_REQUEST, Page.MISSING_STATE),
        /** The state was not issued by Keycloak. */
        INVALID_STATE(Status.BAD_REQUEST, Page.MISSING_STATE),
        MISSING_CODE(Status.BAD_REQUEST, Page.UNEXPECTED_ANSWER),
        /** The user or the district denied access. */
        ACCESS_DENIED(Status.FORBIDDEN, Page.DENIED),
        /** ClassLink rejected the client ID or secret. */
        CLIENT_REJECTED(Status.BAD_GATEWAY, Page.SETUP),
        /** A scope is not enabled in the Partner Portal. */
        SCOPE_REJECTED(Status.BAD_GATEWAY, Page.SETUP),
        /** The redirect URI is not registered. */
        REDIRECT_URI_REJECTED(Status.BAD_GATEWAY, Page.SETUP),
        /** The code expired (five minutes), was used before, or was issued for another redirect URI. */
        CODE_REJECTED(Status.BAD_GATEWAY, Page.CODE),
        REQUEST_REJECTED(Status.BAD_GATEWAY, Page.SETUP),
        /** ClassLink cannot be reached, timed out, or returned 429 or 5xx. */
        CLASSLINK_UNAVAILABLE(Status.SERVICE_UNAVAILABLE, Page.UNAVAILABLE),
        /** Too many logins on this server are waiting for ClassLink. */
        TOO_MANY_LOGINS(Status.SERVICE_UNAVAILABLE, Page.BUSY),
        MALFORMED_ANSWER(Status.BAD_GATEWAY, Page.UNEXPECTED_ANSWER),
        PROFILE_REJECTED(Status.BAD_GATEWAY, Page.SETUP),
        PROFILE_WITHOUT_IDENTITY(Status.BAD_GATEWAY, Page.UNEXPECTED_ANSWER),
        ID_TOKEN_MISSING(Status.BAD_GATEWAY, Page.ID_TOKEN),
        ID_TOKEN_MALFORMED(Status.BAD_GATEWAY, Page.ID_TOKEN),
        ID_TOKEN_ALGORITHM(Status.BAD_GATEWAY, Page.ID_TOKEN),
        ID_TOKEN_KEY_UNKNOWN(Status.BAD_GATEWAY, Page.ID_TOKEN),
        ID_TOKEN_SIGNATURE(Status.BAD_GATEWAY, Page.ID_TOKEN),
        ID_TOKEN_ISSUER(Status.BAD_GATEWAY, Page.ID_TOKEN),
        ID_TOKEN_AUDIENCE(Status.BAD_GATEWAY, Page.ID_TOKEN),
        ID_TOKEN_EXPIRED(Status.BAD_GATEWAY, Page.ID_TOKEN),
        ID_TOKEN_TIMES(Status.BAD_GATEWAY, Page.ID_TOKEN),
        ID_TOKEN_NONCE(Status.BAD_GATEWAY, Page.ID_TOKEN),
        ID_TOKEN_SUBJECT(Status.BAD_GATEWAY, Page.ID_TOKEN),
        /** The app requested a recent login ({@code max_age}), and the id_token does not confirm it. */
        ID_TOKEN_AUTH_TIME(Status.BAD_GATEWAY, Page.ID_TOKEN),
        /** The id_token and the profile have different user IDs. */
        SUBJECT_MISMATCH(Status.BAD_GATEWAY, Page.ID_TOKEN),
        /** The user's district is not in the provider's list. */
        DISTRICT_NOT_ALLOWED(Status.FORBIDDEN, Page.DISTRICT),
        /** Keycloak's switch "Verify essential claim" refused the user. */
        ESSENTIAL_CLAIM_UNMATCHED(Status.FORBIDDEN, Page.NOT_FOR_YOU),
        /** ClassLink did not send a value that {@code identityKey} requires. */
        IDENTITY_INCOMPLETE(Status.FORBIDDEN, Page.INCOMPLETE),
        /** A stored setting is invalid. */
        CONFIGURATION(Status.INTERNAL_SERVER_ERROR, Page.SETUP),
        /** The login's PKCE verifier is missing, so the code cannot be redeemed. */
        PKCE_VERIFIER_MISSING(Status.BAD_REQUEST, Page.MISSING_STATE),
        /** A tile was opened, but the setting {@code launchpadClient} is blank. */
        LAUNCH_NOT_CONFIGURED(Status.BAD_REQUEST, Page.TILE),
        /** The client in {@code launchpadClient} does not exist or is disabled. */
        LAUNCH_APP_UNUSABLE(Status.BAD_REQUEST, Page.TILE),
        /** The tile's client has no Home URL. */
        LAUNCH_HOME_MISSING(Status.BAD_REQUEST, Page.TILE),
        /** Several launches started and none finished, for example because ClassLink drops the state. */
        LAUNCH_LOOP(Status.BAD_REQUEST, Page.CIRCLE),
        REALM_DISABLED(Status.FORBIDDEN, Page.CLOSED),
        PROVIDER_DISABLED(Status.FORBIDDEN, Page.CLOSED),
        /** The provider only links accounts. */
        PROVIDER_LINK_ONLY(Status.FORBIDDEN, Page.CLOSED),
        /** The launch was requested by another page, for example as an image or a frame. */
        LAUNCH_EMBEDDED(Status.FORBIDDEN, Page.EMBEDDED),
        /** The realm requires https and the request uses http. */
        HTTPS_REQUIRED(Status.FORBIDDEN, Page.CLOSED),
        /** A tile's login took too long, or the browser lost its cookie. */
        LAUNCH_EXPIRED(Status.BAD_REQUEST, Page.TILE_EXPIRED),
        /** Keycloak could not complete the login: its database is down or rejects the data. */
        KEYCLOAK_ERROR(Status.INTERNAL_SERVER_ERROR, Page.SERVER),
        UNEXPECTED(Status.INTERNAL_SERVER_ERROR, Page.SERVER);

        /** The page for every failure while a signed-in user links an account. Same parameters. */
        static final String LINKING_MESSAGE_KEY = "classlink.error.linking";

        private final Status status;
        private final Page page;

        Reason(Status status, Page page) {
            this.status = status;
            this.page = page;
        }

        Status status() {
            return status;
        }

        /**
         * Returns the message key of the page. Parameters: the provider's display name, the reference, the address to
         * try again.
         */
        String messageKey() {
            return page.key;
        }

        /**
         * Returns the constant for the event and the log line. The page shows only the {@link FailedLogin.Reference}.
         */
        String code() {
            return name().toLowerCase(Locale.ROOT);
        }

        private enum Page {
            MISSING_STATE("classlink.error.missingState"),
            DENIED("classlink.error.denied"),
            SETUP("classlink.error.setup"),
            CODE("classlink.error.code"),
            UNAVAILABLE("classlink.error.unavailable"),
            BUSY("classlink.error.busy"),
            UNEXPECTED_ANSWER("classlink.error.unexpectedAnswer"),
            ID_TOKEN("classlink.error.idToken"),
            DISTRICT("classlink.error.district"),
            NOT_FOR_YOU("classlink.error.notForYou"),
            INCOMPLETE("classlink.error.incomplete"),
            TILE("classlink.error.tile"),
            TILE_EXPIRED("classlink.error.tileExpired"),
            SERVER("classlink.error.server"),
            EMBEDDED("classlink.error.embedded"),
            CIRCLE("classlink.error.circle"),
            CLOSED("classlink.error.closed");

            private final String key;

            Page(String key) {
                this.key = key;
            }
        }
    }
}
