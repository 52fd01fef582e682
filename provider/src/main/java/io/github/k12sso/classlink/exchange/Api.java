package io.github.k12sso.classlink.exchange;

/** The ways in which apps ask for a ClassLink token, for {@link io.github.k12sso.classlink.http.Measurement#TOKEN_REQUESTS}. */
enum Api {
    /** RFC 8693, on the token endpoint. */
    TOKEN_EXCHANGE,
    /** Keycloak's brokering API, version 2. */
    BROKERING_V2,
    /** Version 1, which is always refused. */
    BROKERING_V1
}
