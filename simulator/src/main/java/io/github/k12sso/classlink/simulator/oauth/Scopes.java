package io.github.k12sso.classlink.simulator.oauth;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The scopes of ClassLink, and how a request lists them. */
public final class Scopes {
    /** docs/internals/classlink-protocol.md#discovery, #scopes. */
    public static final List<String> KNOWN = List.of(
            "openid",
            "profile",
            "email",
            "oneroster",
            "classes",
            "classes.readonly",
            "admin",
            "full",
            "inbox",
            "files");

    /** Scopes of a tile's code; selected per connection in the Partner Portal. */
    static final Set<String> OF_A_TILE = Set.of("openid", "profile", "email", "oneroster");

    private Scopes() {}

    /**
     * Parses names separated by spaces or commas; empty if none is given or one is unknown
     * (docs/internals/classlink-protocol.md#authorization-request).
     */
    static Optional<Set<String>> parse(String text) {
        Set<String> scopes = new LinkedHashSet<>();
        for (String name : text.split("[ ,]+", -1)) {
            if (!name.isEmpty()) {
                scopes.add(name);
            }
        }
        return Optional.of(scopes).filter(all -> !all.isEmpty() && KNOWN.containsAll(all));
    }
}
