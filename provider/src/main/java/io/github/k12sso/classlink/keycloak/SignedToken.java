package io.github.k12sso.classlink.keycloak;

import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.keycloak.events.Details;
import org.keycloak.events.EventBuilder;
import org.keycloak.jose.jws.JWSHeader;
import org.keycloak.jose.jws.JWSInput;
import org.keycloak.jose.jws.JWSInputException;
import org.keycloak.models.ImpersonationSessionNote;
import org.keycloak.models.UserSessionModel;

/**
 * What Keycloak takes for granted of a token that somebody sent: where the header is {@code null} or names no algorithm, its
 * verifier (26.7.4) ends in a {@link NullPointerException}, which is a status of 500.
 */
public final class SignedToken {

    private SignedToken() {}

    /** Whether a text is a JWS whose header names an algorithm. Nothing is verified. */
    public static boolean namesAlgorithm(String text) {
        try {
            JWSHeader header = new JWSInput(text).getHeader();
            return header != null && header.getAlgorithm() != null;
        } catch (JWSInputException e) {
            return false;
        }
    }

    /**
     * A session in which an administrator, or a client, acts as a user. Keycloak writes that into the session's notes, and copies them
     * into offline and transient sessions.
     */
    public static final class Impersonation {

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
}
