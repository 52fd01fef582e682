package io.github.k12sso.classlink.simulator;

import io.github.k12sso.classlink.simulator.district.DistrictSpec;
import io.github.k12sso.classlink.simulator.oauth.RegisteredClient;
import io.github.k12sso.classlink.simulator.runtime.Switch;
import io.github.k12sso.classlink.simulator.runtime.Switches;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * Startup settings. Immutable; settings that can change at runtime are {@link Switch}es.
 *
 * @param port 0 = any free port
 * @param publicUrl public URL of the simulator if it is not {@code http://localhost:port}
 * @param fillerApplications number of disabled districts that {@code /applications} lists before the real ones
 * @param recordedRequests maximum number of recorded requests
 */
public record SimulatorSettings(
        int port,
        String bindAddress,
        Optional<URI> publicUrl,
        List<DistrictSpec> districts,
        List<RegisteredClient> clients,
        Switches switches,
        String partnerKey,
        int fillerApplications,
        int recordedRequests) {

    public SimulatorSettings {
        districts = List.copyOf(districts);
        clients = List.copyOf(clients);
        switches = switches.copy();
    }

    /** Defaults: any free port, the default districts, no client. */
    public static SimulatorSettings defaults() {
        return builder().build();
    }

    public static Builder builder() {
        return new Builder();
    }

    /** A copy of the initial switches. */
    @Override
    public Switches switches() {
        return switches.copy();
    }

    /** Builds settings. */
    public static final class Builder {
        private int port;
        private String bindAddress = "127.0.0.1";
        private URI publicUrl;
        private final List<DistrictSpec> districts = new ArrayList<>(DistrictSpec.defaults());
        private final List<RegisteredClient> clients = new ArrayList<>();
        private final Switches switches = new Switches();
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

        /** Base URL of the issuer and of all published URLs; a trailing slash is removed. */
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

        public Builder client(RegisteredClient value) {
            clients.add(value);
            return this;
        }

        public <T> Builder with(Switch<T> which, T value) {
            switches.set(which, value);
            return this;
        }

        public Builder partnerKey(String value) {
            partnerKey = Objects.requireNonNull(value);
            return this;
        }

        public Builder fillerApplications(int value) {
            fillerApplications = value;
            return this;
        }

        public Builder recordedRequests(int value) {
            recordedRequests = value;
            return this;
        }

        public SimulatorSettings build() {
            return new SimulatorSettings(
                    port,
                    bindAddress,
                    Optional.ofNullable(publicUrl),
                    districts,
                    clients,
                    switches,
                    partnerKey,
                    fillerApplications,
                    recordedRequests);
        }
    }
}
