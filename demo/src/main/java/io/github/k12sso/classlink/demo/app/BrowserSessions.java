package io.github.k12sso.classlink.demo.app;

import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** In-memory sessions of all browsers: at most 1000, each removed one hour after its last use. */
final class BrowserSessions {

    private static final int LIMIT = 1_000;
    private static final Duration IDLE_LIMIT = Duration.ofHours(1);
    private static final int ID_BYTES = 32;

    private final SecureRandom random = new SecureRandom();
    private final Clock clock;
    private final Map<String, StoredSession> entries = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, StoredSession> leastRecentlyUsed) {
            return size() > LIMIT;
        }
    };

    BrowserSessions(Clock clock) {
        this.clock = clock;
    }

    private record StoredSession(BrowserSession session, Instant usedAt) {}

    synchronized BrowserSession create() {
        return store(new BrowserSession(newId()));
    }

    /** The session of a cookie value; empty if the value is absent, unknown or expired. */
    synchronized Optional<BrowserSession> find(String id) {
        StoredSession entry = id == null ? null : entries.get(id);
        if (entry == null) {
            return Optional.empty();
        }
        if (clock.instant().isAfter(entry.usedAt().plus(IDLE_LIMIT))) {
            entries.remove(id);
            return Optional.empty();
        }
        return Optional.of(store(entry.session()));
    }

    /** Assigns a new id to the session, at every sign-in. */
    synchronized BrowserSession renew(BrowserSession session) {
        entries.remove(session.id());
        return store(session.underNewId(newId()));
    }

    synchronized void forget(BrowserSession session) {
        entries.remove(session.id());
    }

    synchronized int size() {
        return entries.size();
    }

    private BrowserSession store(BrowserSession session) {
        entries.put(session.id(), new StoredSession(session, clock.instant()));
        return session;
    }

    private String newId() {
        byte[] bytes = new byte[ID_BYTES];
        random.nextBytes(bytes);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }
}
