package io.github.k12sso.classlink.oneroster.client;

import io.github.k12sso.classlink.http.UpstreamClient;
import io.github.k12sso.classlink.oneroster.client.PartnerApplications.Partner;
import io.github.k12sso.classlink.refresh.ValidTokens;
import io.github.k12sso.classlink.vault.TokenUnavailable;
import java.time.Duration;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;

/** How Keycloak authenticates to OneRoster: with the user's token, the partner's key or a district's key. */
public interface RosterCredentials {

    /** Returns the current access. */
    Access current() throws RosterFailure;

    /**
     * Returns a replacement after the roster service returned 401.
     *
     * @return another access; empty if a retry is useless
     */
    Optional<Access> replace(Access rejected) throws RosterFailure;

    /** Returns the failure to report if the credentials are rejected and there is no replacement. */
    RosterFailure rejection();

    /** Returns credentials without a replacement. */
    static RosterCredentials fixed(Access access, RosterFailure rejection) {
        return new RosterCredentials() {
            @Override
            public Access current() {
                return access;
            }

            @Override
            public Optional<Access> replace(Access rejected) {
                return Optional.empty();
            }

            @Override
            public RosterFailure rejection() {
                return rejection;
            }
        };
    }

    /**
     * The address and authorization of a district's roster.
     *
     * @param base the URL without {@code /ims/oneroster/v1p1}
     * @param signer returns the Authorization header for a GET of a URL; used only for calls to this service
     */
    record Access(String base, UnaryOperator<String> signer) {

        private static final String ROOT = "/ims/oneroster/v1p1";

        static Access withBearer(String base, String bearer) {
            return new Access(base, url -> "Bearer " + bearer);
        }

        String url(String target) {
            return base + ROOT + target;
        }

        /** Returns the Authorization header for one call. */
        String authorization(String url) {
            return signer.apply(url);
        }

        /** Omits the credentials. */
        @Override
        public String toString() {
            return "Access[…]";
        }
    }

    /** Authenticates with the user's ClassLink token. */
    final class UserToken implements RosterCredentials {

        private final String rosterUrl;
        private final ValidTokens tokens;
        private final RealmModel realm;
        private final UserModel user;
        private String current;

        /**
         * Gets a valid token.
         *
         * @throws RosterFailure if there is none; cached data of the user must not be returned either
         */
        public UserToken(String rosterUrl, ValidTokens tokens, RealmModel realm, UserModel user) throws RosterFailure {
            this.rosterUrl = rosterUrl;
            this.tokens = tokens;
            this.realm = realm;
            this.user = user;
            try {
                this.current = tokens.of(realm, user).accessToken();
            } catch (TokenUnavailable e) {
                throw failure(e);
            }
        }

        private UserToken(String rosterUrl, String accessToken) {
            this.rosterUrl = rosterUrl;
            this.tokens = null;
            this.realm = null;
            this.user = null;
            this.current = accessToken;
        }

        /** Uses a newly issued token, which is not stored yet and has no replacement. */
        public static UserToken issued(String rosterUrl, String accessToken) {
            return new UserToken(rosterUrl, accessToken);
        }

        /** Returns the access token, which is part of the cache key. */
        public String accessToken() {
            return current;
        }

        @Override
        public Access current() {
            return Access.withBearer(rosterUrl, current);
        }

        @Override
        public Optional<Access> replace(Access rejected) throws RosterFailure {
            if (tokens == null) {
                return Optional.empty();
            }
            try {
                current = tokens.afterRejection(realm, user, current).accessToken();
                return Optional.of(current());
            } catch (TokenUnavailable e) {
                throw failure(e);
            }
        }

        @Override
        public RosterFailure rejection() {
            return new RosterFailure(
                    RosterFailure.Reason.SOURCE_REFUSED, "The roster service rejected the user's ClassLink token");
        }

        /** Converts a token failure to the reason that a token exchange would return. */
        public static RosterFailure failure(TokenUnavailable failure) {
            Duration retryAfter = failure.retryAfter().orElse(null);
            return switch (failure.reason()) {
                case NOT_LINKED ->
                    new RosterFailure(
                            RosterFailure.Reason.NOT_LINKED,
                            "The user has not signed in with ClassLink, or Store tokens is off");
                case REFRESH_FAILED ->
                    new RosterFailure(
                            RosterFailure.Reason.CLASSLINK_TOKEN_UNAVAILABLE,
                            "The user's ClassLink token could not be refreshed now. Try again later",
                            retryAfter,
                            failure);
                case KEYS_UNAVAILABLE ->
                    new RosterFailure(
                            RosterFailure.Reason.CLASSLINK_TOKEN_UNAVAILABLE,
                            "The user's ClassLink token cannot be decrypted now because an entry in Keycloak's "
                                    + "vault is missing. Try again later",
                            retryAfter,
                            failure);
                case DISTRICT_NOT_ALLOWED ->
                    new RosterFailure(
                            RosterFailure.Reason.OTHER_DISTRICT,
                            "The user's district is not one of the allowed districts of this identity provider");
                case EXPIRED ->
                    new RosterFailure(
                            RosterFailure.Reason.CLASSLINK_TOKEN_EXPIRED,
                            "The user's ClassLink token expired: ask the user to sign in with ClassLink again");
            };
        }
    }

    /** Authenticates with the bearer token of a district, from the list that the partner key gives access to. */
    final class PartnerKeyCredentials implements RosterCredentials {

        private final PartnerApplications applications;
        private final Partner partner;
        private final String tenantId;
        private PartnerApplications.Application current;

        /**
         * The credentials for one district.
         *
         * @param provider the cache key of the list of districts
         * @param key the partner key from Keycloak's vault
         * @param total time limit for reading the list of districts
         */
        public PartnerKeyCredentials(
                PartnerApplications applications,
                String provider,
                UpstreamClient upstream,
                String rosterUrl,
                String key,
                String tenantId,
                Duration total) {
            this.applications = applications;
            this.partner = new Partner(provider, upstream, rosterUrl, key, total);
            this.tenantId = tenantId;
        }

        @Override
        public RosterCredentials.Access current() throws RosterFailure {
            current = usable(applications.find(partner, tenantId));
            return access(current);
        }

        @Override
        public Optional<RosterCredentials.Access> replace(RosterCredentials.Access rejected) throws RosterFailure {
            PartnerApplications.Application now = usable(applications.findRefreshed(partner, current));
            if (now.bearer().equals(current.bearer())) {
                return Optional.empty();
            }
            current = now;
            return Optional.of(access(now));
        }

        @Override
        public RosterFailure rejection() {
            return new RosterFailure(
                    RosterFailure.Reason.DISTRICT_WITHDREW,
                    "The roster service rejected the district's bearer token: the district may have withdrawn "
                            + "access");
        }

        private RosterCredentials.Access access(PartnerApplications.Application district) {
            return RosterCredentials.Access.withBearer(
                    partner.rosterUrl() + "/" + district.id(), district.bearer().orElseThrow());
        }

        private static PartnerApplications.Application usable(Optional<PartnerApplications.Application> found)
                throws RosterFailure {
            PartnerApplications.Application district = found.orElseThrow(() -> new RosterFailure(
                    RosterFailure.Reason.DISTRICT_UNKNOWN,
                    "ClassLink does not list this district for the partner key: the district has not added the app"));
            if (!district.enabled() || district.bearer().isEmpty()) {
                throw new RosterFailure(
                        RosterFailure.Reason.DISTRICT_DISABLED,
                        "The district does not share its roster with the app now");
            }
            return district;
        }
    }
}
