package io.github.k12sso.classlink.simulator.launchpad;

import io.github.k12sso.classlink.simulator.district.Persona;
import io.github.k12sso.classlink.simulator.http.ServerRequest;
import io.github.k12sso.classlink.simulator.oauth.SignedIn;
import java.time.Clock;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/** LaunchPad sessions of browsers. */
public final class Sessions {
    private static final String COOKIE = "classlink_session";

    private final Map<String, SignedIn> sessions = new ConcurrentHashMap<>();
    private final Clock clock;

    public Sessions(Clock clock) {
        this.clock = clock;
    }

    public Optional<SignedIn> of(ServerRequest request) {
        return request.cookie(COOKIE).map(sessions::get);
    }

    /** Starts a session and returns its {@code Set-Cookie} value. */
    String start(Persona persona) {
        String id = UUID.randomUUID().toString();
        sessions.put(id, new SignedIn(persona, clock.instant()));
        return COOKIE + "=" + id + "; Path=/; HttpOnly; SameSite=Lax";
    }

    /** Ends the session and returns the {@code Set-Cookie} value that deletes the cookie. */
    String end(ServerRequest request) {
        request.cookie(COOKIE).ifPresent(sessions::remove);
        return COOKIE + "=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0";
    }
}
