package io.github.k12sso.classlink.simulator;

import io.github.k12sso.classlink.simulator.district.DistrictSpec;
import io.github.k12sso.classlink.simulator.oauth.RegisteredClient;
import io.github.k12sso.classlink.simulator.runtime.PkceMode;
import io.github.k12sso.classlink.simulator.runtime.TokenMode;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** How a simulator starts. Immutable; what can change while it runs has a method on {@link ClassLinkSimulator}. */
public final class SimulatorSettings {
    private final Builder values;

    private SimulatorSettings(Builder values) {
        this.values = values;
    }

    /** Any free port, the default districts, no client. */
    public static SimulatorSettings defaults() {
        return builder().build();
    }

    public static Builder builder() {
        return new Builder();
    }

    /** 0 = any free port. */
    public int port() {
        return values.port;
    }

    public String bindAddress() {
        return values.bindAddress;
    }

    /** How browsers and servers reach the simulator when it is not {@code http://localhost:port}. */
    public Optional<URI> publicUrl() {
        return Optional.ofNullable(values.publicUrl);
    }

    public List<DistrictSpec> districts() {
        return List.copyOf(values.districts);
    }

    public List<RegisteredClient> clients() {
        return List.copyOf(values.clients);
    }

    public TokenMode tokenMode() {
        return values.tokenMode;
    }

    public PkceMode pkce() {
        return values.pkce;
    }

    public boolean consent() {
        return values.consent;
    }

    public boolean revocation() {
        return values.revocation;
    }

    public boolean guideProfile() {
        return values.guideProfile;
    }

    public boolean rosterScopeRequired() {
        return values.rosterScopeRequired;
    }

    public boolean stateOnErrors() {
        return values.stateOnErrors;
    }

    public boolean refreshRotation() {
        return values.refreshRotation;
    }

    public Duration accessTokenLifetime() {
        return values.accessTokenLifetime;
    }

    public Duration guideTokenLifetime() {
        return values.guideTokenLifetime;
    }

    public String partnerKey() {
        return values.partnerKey;
    }

    public int fillerApplications() {
        return values.fillerApplications;
    }

    public int recordedRequests() {
        return values.recordedRequests;
    }

    /** Collects settings. */
    public static final class Builder {
        private int port;
        private String bindAddress = "127.0.0.1";
        private URI publicUrl;
        private final List<DistrictSpec> districts = new ArrayList<>(DistrictSpec.defaults());
        private final List<RegisteredClient> clients = new ArrayList<>();
        private TokenMode tokenMode = TokenMode.CLASSLINK;
        private PkceMode pkce = PkceMode.VERIFY;
        private boolean consent;
        private boolean revocation;
        private boolean guideProfile;
        private boolean rosterScopeRequired;
        private boolean stateOnErrors = true;
        private boolean refreshRotation = true;
        private Duration accessTokenLifetime = Duration.ofHours(24);
        private Duration guideTokenLifetime = Duration.ofHours(1);
        private String partnerKey = "partner-key-of-the-simulator";
        private int fillerApplications;
        private int recordedRequests = 1000;

        private Builder() {}

        public Builder port(int value) {
            port = value;
            return this;
        }

        public Builder bindAddress(String value) {
            bindAddress = Objects.requireNonNull(value);
            return this;
        }

        /** Base of the issuer and of all published addresses; a trailing slash is dropped. */
        public Builder publicUrl(URI value) {
            publicUrl = value;
            return this;
        }

        /** Adds a district, or replaces the one with the same code. */
        public Builder district(DistrictSpec value) {
            for (int at = 0; at < districts.size(); at++) {
                if (districts.get(at).code().equals(value.code())) {
                    districts.set(at, value);
                    return this;
                }
            }
            districts.add(value);
            return this;
        }

        /** Adds a district of {@code people} generated people. */
        public Builder district(String code, int tenantId, int people) {
            return district(DistrictSpec.of(code, tenantId, people));
        }

        public Builder client(String id, String secret, Collection<String> redirectUris) {
            clients.add(RegisteredClient.of(id, secret, List.copyOf(redirectUris)));
            return this;
        }

        /** A client whose tile opens {@code launchUrl}. */
        public Builder client(String id, String secret, Collection<String> redirectUris, String launchUrl) {
            clients.add(new RegisteredClient(id, secret, List.copyOf(redirectUris), launchUrl));
            return this;
        }

        public Builder tokenMode(TokenMode value) {
            tokenMode = value;
            return this;
        }

        public Builder pkce(PkceMode value) {
            pkce = value;
            return this;
        }

        public Builder consent(boolean value) {
            consent = value;
            return this;
        }

        public Builder revocation(boolean value) {
            revocation = value;
            return this;
        }

        /** Serves the integration guide's document at {@code /v2/my/profile}. */
        public Builder guideProfile(boolean value) {
            guideProfile = value;
            return this;
        }

        /** Rosters by user token need the scope {@code oneroster} or {@code full}. */
        public Builder rosterScopeRequired(boolean value) {
            rosterScopeRequired = value;
            return this;
        }

        /** Whether error redirects repeat the {@code state}; ClassLink's documentation shows none. */
        public Builder stateOnErrors(boolean value) {
            stateOnErrors = value;
            return this;
        }

        /** Whether a refresh replaces the refresh token. */
        public Builder refreshRotation(boolean value) {
            refreshRotation = value;
            return this;
        }

        /** Life of an access token in ClassLink mode. */
        public Builder accessTokenLifetime(Duration value) {
            accessTokenLifetime = value;
            return this;
        }

        /** {@code expires_in} of guide mode. */
        public Builder guideTokenLifetime(Duration value) {
            guideTokenLifetime = value;
            return this;
        }

        public Builder partnerKey(String value) {
            partnerKey = Objects.requireNonNull(value);
            return this;
        }

        /** Disabled districts that {@code /applications} lists before the real ones. */
        public Builder fillerApplications(int value) {
            fillerApplications = value;
            return this;
        }

        /** How many requests are remembered. */
        public Builder recordedRequests(int value) {
            recordedRequests = value;
            return this;
        }

        public SimulatorSettings build() {
            Builder copy = new Builder();
            copy.port = port;
            copy.bindAddress = bindAddress;
            copy.publicUrl = publicUrl;
            copy.districts.clear();
            copy.districts.addAll(districts);
            copy.clients.addAll(clients);
            copy.tokenMode = tokenMode;
            copy.pkce = pkce;
            copy.consent = consent;
            copy.revocation = revocation;
            copy.guideProfile = guideProfile;
            copy.rosterScopeRequired = rosterScopeRequired;
            copy.stateOnErrors = stateOnErrors;
            copy.refreshRotation = refreshRotation;
            copy.accessTokenLifetime = accessTokenLifetime;
            copy.guideTokenLifetime = guideTokenLifetime;
            copy.partnerKey = partnerKey;
            copy.fillerApplications = fillerApplications;
            copy.recordedRequests = recordedRequests;
            return new SimulatorSettings(copy);
        }
    }
}
