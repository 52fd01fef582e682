package io.github.k12sso.classlink.vault;

import java.util.Optional;
import org.jboss.logging.Logger;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;

/** Seals and opens the record of one link, with the keys of its realm. */
final class RecordSeal {

    private static final Logger LOG = Logger.getLogger(RecordSeal.class);

    private final KeycloakSession session;
    private final RealmModel realm;
    private final KeySource keys;
    private final RecordOwner owner;

    RecordSeal(KeycloakSession session, RealmModel realm, KeySource keys, RecordOwner owner) {
        this.session = session;
        this.realm = realm;
        this.keys = keys;
        this.owner = owner;
    }

    String seal(TokenRecord record) {
        return TokenSeal.seal(record, owner, keys.active(session, realm));
    }

    /** The record, whether sealed or left in clear by a built-in provider. Empty, with a line in the log, if it cannot be read. */
    Optional<TokenRecord> tryOpen(String stored) {
        try {
            return TokenSeal.isSealed(stored)
                    ? Optional.of(TokenSeal.open(stored, owner, id -> keys.find(session, realm, id)))
                    : TokenRecord.readPlain(stored);
        } catch (RecordUnreadable e) {
            LOG.warnf(
                    "A stored ClassLink token does not open, so the person has to log in again: %s. realm=%s, provider=%s",
                    e.getMessage(), realm.getName(), owner.alias());
            return Optional.empty();
        }
    }
}
