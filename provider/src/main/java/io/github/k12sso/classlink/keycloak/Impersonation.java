package io.github.k12sso.classlink.keycloak;

import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.keycloak.events.Details;
import org.keycloak.events.EventBuilder;
import org.keycloak.models.ImpersonationSessionNote;
import org.keycloak.models.UserSessionModel;

/**
 * A session in which an administrator, or a client, acts as a user. Keycloak writes that into the session's notes, and copies them
 * into offline and transient sessions.
 */
public final class Impersonation {

    private final UserSessionModel session;

    private Impersonation(UserSessionModel session) {
        this.session = session;
    }

    /** Empty if the user started the session, and if there is none. */
    public static Optional<Impersonation> in(UserSessionModel session) {
        return session != null
                        && Stream.of(ImpersonationSessionNote.values())
                                .anyMatch(note -> session.getNote(note.toString()) != null)
                ? Optional.of(new Impersonation(session))
                : Optional.empty();
    }

    /** Adds who acts as the user to an event: the name where Keycloak noted one, and the id of the administrator or client. */
    public void describe(EventBuilder event) {
        event.session(session);
        Stream.of(ImpersonationSessionNote.IMPERSONATOR_USERNAME, ImpersonationSessionNote.IMPERSONATOR_CLIENT)
                .map(note -> session.getNote(note.toString()))
                .filter(Objects::nonNull)
                .findFirst()
                .ifPresent(name -> event.detail(Details.IMPERSONATOR, name));
        event.detail("impersonator_id", session.getNote(ImpersonationSessionNote.IMPERSONATOR_ID.toString()));
    }
}
