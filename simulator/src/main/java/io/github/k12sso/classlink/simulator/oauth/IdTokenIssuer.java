package io.github.k12sso.classlink.simulator.oauth;

/** Creates an ID token from a draft. Tests replace it to issue invalid tokens. */
@FunctionalInterface
public interface IdTokenIssuer {
    /** The serialized token, or null to omit {@code id_token} from the response. */
    String issue(IdTokenDraft draft);
}
