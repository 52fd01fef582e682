/**
 * Token exchange (RFC 8693) on Keycloak's token endpoint, and Keycloak's identity brokering API. In: a user's Keycloak
 * access token, sent by a client. Out: the user's ClassLink access token, or an OAuth error.
 */
package io.github.k12sso.classlink.exchange;
