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
 * A check before Keycloak verifies a token: if the header is {@code null} or has no algorithm, Keycloak's verifier
 * (26.7.4) throws a {@link NullPointerException}, which becomes a status 500.
 */
public final class SignedToken {

    private SignedToken() {}

    /** Returns whether a text is a JWS with an algorithm in its header. Does not verify the signature. */
    public static boolean namesAlgorithm(String text) {
        try {
            JWSHeader header = new JWSInput(text).getHeader();
            return header != null && header.getAlgorithm() != null;
        } catch (JWSInputException e) {
            return false;
        }
    }

    /**
     * A session in which an administrator or a client impersonates a user. Keycloak records this in session notes and
     * copies them to offline and transient sessions.
     */
    public static final class Impersonation {

        private final UserSessionModel session;

        private Impersonation(UserSessionModel session) {
            this.session = session;
        }

        /** Returns the impersonation; empty if the user started the session or there is no session. */
        public static Optional<Impersonation> in(UserSessionModel session) {
            return session != null
                            && Stream.of(ImpersonationSessionNote.values())
                                    .anyMatch(note -> session.getNote(note.toString()) != null)
                    ? Optional.of(new Impersonation(session))
                    : Optional.empty();
        }

        /** Adds the impersonator to an event: the username if known, and the ID of the administrator or client. */
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
