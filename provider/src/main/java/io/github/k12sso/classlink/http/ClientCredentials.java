package io.github.k12sso.classlink.http;

/**
 * How this server authenticates at ClassLink's token endpoint.
 *
 * @param clientId as registered in ClassLink's Partner Portal
 * @param clientSecret in clear; lives no longer than the call
 * @param inHeader true for {@code client_secret_basic}, false for {@code client_secret_post}
 */
public record ClientCredentials(String clientId, String clientSecret, boolean inHeader) {

    /** Without the secret. */
    @Override
    public String toString() {
        return "ClientCredentials[" + clientId + "]";
    }
}
