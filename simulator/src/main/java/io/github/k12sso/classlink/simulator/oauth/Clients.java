package io.github.k12sso.classlink.simulator.oauth;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;

/** The registered clients. */
public final class Clients {
    private final Map<String, RegisteredClient> byId = new ConcurrentSkipListMap<>();

    /** Adds a client, or replaces the one with the same id. */
    public void register(RegisteredClient client) {
        byId.put(client.id(), client);
    }

    public Optional<RegisteredClient> find(String id) {
        return Optional.ofNullable(byId.get(id));
    }

    public List<RegisteredClient> all() {
        return List.copyOf(byId.values());
    }
}
