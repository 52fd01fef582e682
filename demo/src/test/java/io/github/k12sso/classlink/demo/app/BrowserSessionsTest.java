package io.github.k12sso.classlink.demo.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class BrowserSessionsTest {

    private final RosterAppClock clock = new RosterAppClock();
    private final BrowserSessions sessions = new BrowserSessions(clock);

    @Test
    @DisplayName("given more browsers than the limit, the least recently used session is removed")
    void bounded() {
        BrowserSession oldest = sessions.create();
        BrowserSession used = sessions.create();
        for (int i = 0; i < 998; i++) {
            sessions.create();
        }
        assertThat(sessions.find(oldest.id())).isPresent();

        sessions.create();

        assertThat(sessions.size()).isEqualTo(1000);
        assertThat(sessions.find(oldest.id())).isPresent();
        assertThat(sessions.find(used.id())).isEmpty();
    }

    @Test
    @DisplayName("given an hour without a request, the session expires")
    void idle() {
        BrowserSession session = sessions.create();
        clock.move(Duration.ofMinutes(59));
        assertThat(sessions.find(session.id())).isPresent();
        clock.move(Duration.ofMinutes(61));
        assertThat(sessions.find(session.id())).isEmpty();
    }

    @Test
    @DisplayName("given a sign-in, the old session id becomes invalid")
    void renewed() {
        BrowserSession before = sessions.create();
        BrowserSession after = sessions.renew(before);

        assertThat(sessions.find(before.id())).isEmpty();
        assertThat(sessions.find(after.id())).containsSame(after);
    }
}
