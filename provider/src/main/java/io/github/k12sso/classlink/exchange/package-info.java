/** Token exchange (RFC 8693) on Keycloak's own token endpoint, and the same answers for Keycloak's brokering API. */
package io.github.k12sso.classlink.exchange;
