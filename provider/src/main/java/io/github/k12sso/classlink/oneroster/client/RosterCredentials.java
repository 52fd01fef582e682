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

    /** The address and what opens it. */
    Access current() throws RosterFailure;

    /**
     * After the roster service answered 401.
     *
     * @return another access; empty if there is none, and asking again would not help
     */
    Optional<Access> replace(Access rejected) throws RosterFailure;

    /** What it means that the credentials are refused and there are no others. */
    RosterFailure rejection();

    /** One access, and no other after it. */
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
     * Where a district's roster is, and what opens it.
     *
     * @param base up to, and without, {@code /ims/oneroster/v1p1}
     * @param signer the value of the Authorization header for a GET of an address; never leaves this server but in calls there
     */
    record Access(String base, UnaryOperator<String> signer) {

        private static final String ROOT = "/ims/oneroster/v1p1";

        static Access withBearer(String base, String bearer) {
            return new Access(base, url -> "Bearer " + bearer);
        }

        String url(String target) {
            return base + ROOT + target;
        }

        /** The header for one call. */
        String authorization(String url) {
            return signer.apply(url);
        }

        /** Without the credentials. */
        @Override
        public String toString() {
            return "Access[…]";
        }
    }

    /** The user's own ClassLink token is the bearer. */
    final class UserToken implements RosterCredentials {

        private final String rosterUrl;
        private final ValidTokens tokens;
        private final RealmModel realm;
        private final UserModel user;
        private String current;

        /**
         * The token, valid now.
         *
         * @throws RosterFailure if there is none: nothing that was read with it before may be answered either
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

        /** A token that ClassLink has just issued: it is not stored yet, and there is none to replace it. */
        public static UserToken issued(String rosterUrl, String accessToken) {
            return new UserToken(rosterUrl, accessToken);
        }

        /** What an answer is kept by on this node. */
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
                    RosterFailure.Reason.SOURCE_REFUSED,
                    "The roster service does not accept the user's ClassLink token");
        }

        /** The same reasons as for clients that exchange the token themselves. */
        public static RosterFailure failure(TokenUnavailable failure) {
            Duration retryAfter = failure.retryAfter().orElse(null);
            return switch (failure.reason()) {
                case NOT_LINKED ->
                    new RosterFailure(
                            RosterFailure.Reason.NOT_LINKED,
                            "This person has not signed in with ClassLink, or storing tokens is off");
                case REFRESH_FAILED ->
                    new RosterFailure(
                            RosterFailure.Reason.CLASSLINK_TOKEN_UNAVAILABLE,
                            "ClassLink cannot renew the person's token now. It is kept",
                            retryAfter,
                            failure);
                case KEYS_UNAVAILABLE ->
                    new RosterFailure(
                            RosterFailure.Reason.CLASSLINK_TOKEN_UNAVAILABLE,
                            "The person's ClassLink token cannot be opened now. It is kept",
                            retryAfter,
                            failure);
                case DISTRICT_NOT_ALLOWED ->
                    new RosterFailure(
                            RosterFailure.Reason.OTHER_DISTRICT,
                            "The user's district is not one of the allowed districts of this identity provider");
                case EXPIRED ->
                    new RosterFailure(
                            RosterFailure.Reason.CLASSLINK_TOKEN_EXPIRED,
                            "The person's ClassLink token is expired: send them through login with ClassLink again");
            };
        }
    }

    /** The partner's key lists the districts, and each district has a bearer of its own. */
    final class PartnerKeyCredentials implements RosterCredentials {

        private final PartnerApplications applications;
        private final Partner partner;
        private final String tenantId;
        private PartnerApplications.Application current;

        /**
         * The credentials for one district.
         *
         * @param provider what the list of districts is kept by
         * @param key the partner's, out of Keycloak's vault
         * @param total for reading the list of districts, if it has to be read
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
            PartnerApplications.Application now = usable(applications.findAnew(partner, current));
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
                    "The district's bearer is refused: it seems to have withdrawn access");
        }

        private RosterCredentials.Access access(PartnerApplications.Application district) {
            return RosterCredentials.Access.withBearer(
                    partner.rosterUrl() + "/" + district.id(), district.bearer().orElseThrow());
        }

        private static PartnerApplications.Application usable(Optional<PartnerApplications.Application> found)
                throws RosterFailure {
            PartnerApplications.Application district = found.orElseThrow(() -> new RosterFailure(
                    RosterFailure.Reason.DISTRICT_UNKNOWN,
                    "ClassLink does not list this district for the partner key: it has not added the app"));
            if (!district.enabled() || district.bearer().isEmpty()) {
                throw new RosterFailure(
                        RosterFailure.Reason.DISTRICT_DISABLED,
                        "The district does not share its roster with the app now");
            }
            return district;
        }
    }
}
