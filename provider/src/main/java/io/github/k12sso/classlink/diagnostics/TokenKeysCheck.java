package io.github.k12sso.classlink.diagnostics;

import io.github.k12sso.classlink.diagnostics.SetupCheck.Subject;
import io.github.k12sso.classlink.vault.KeySource;
import io.github.k12sso.classlink.vault.TokenCipher.KeyState;
import org.keycloak.util.Booleans;

/** Checks whether the token keys can be read and decrypt the stored records. */
record TokenKeysCheck(Subject subject) implements Check {

    /** Number of users whose record is tried. */
    private static final int SAMPLE = 20;

    private static final String NAME = "token-keys";

    @Override
    public String theme() {
        return NAME;
    }

    @Override
    public void run(Findings findings) {
        try {
            KeyState state = KeyState.of(
                    subject.session(), subject.realm(), subject.config().getAlias(), subject.tokenKeys(), SAMPLE);
            String detail = "The newest key has the id " + state.activeKey() + ". Of " + state.looked()
                    + " stored records tried, " + state.opened() + " can be decrypted.";
            if (state.opened() < state.looked()) {
                findings.failed(
                        NAME,
                        detail,
                        "Put the missing key back into the key file, the vault entry or the realm's keys. Until then"
                                + " these users must sign in again.");
            } else {
                findings.ok(NAME, detail);
            }
        } catch (KeySource.Unavailable e) {
            findings.failed(
                    NAME,
                    "The token keys can't be read: " + e.getMessage() + ".",
                    "Correct the option token-key-vault-entry, or add the entry to Keycloak's vault.");
        }
        storing(findings);
    }

    private void storing(Findings findings) {
        if (Booleans.isTrue(subject.config().isStoreToken())) {
            findings.ok("store-tokens", "ClassLink tokens are stored, encrypted.");
        } else {
            findings.warning(
                    "store-tokens",
                    "Store tokens is off: token exchange and rosters for users don't work.",
                    "Switch Store tokens on if clients need ClassLink tokens or rosters. Users must then sign in again.");
        }
    }
}
