package io.github.k12sso.classlink.simulator.oauth;

/** Turns a draft into an id_token; tests put hostile ones here. */
@FunctionalInterface
public interface IdTokenIssuer {
    /** The serialised token, or null to leave {@code id_token} out of the response. */
    String issue(IdTokenDraft draft);
}
