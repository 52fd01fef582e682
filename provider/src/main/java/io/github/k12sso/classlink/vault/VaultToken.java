package io.github.k12sso.classlink.vault;

/**
 * Living tokens out of the vault.
 *
 * @param tokens the access token being alive
 * @param source where they were taken from, for the event
 */
public record VaultToken(TokenSet tokens, Source source) {

    /** How an answer came about. */
    public enum Source {
        /** As they were stored. */
        STORED,
        /** This request renewed them at ClassLink. */
        REFRESHED,
        /** Another request, here or on another node, renewed them, and this one waited for it. */
        COALESCED
    }
}
