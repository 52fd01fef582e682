/**
 * The identity provider: authorization request, callback, id_token verification and error pages. In: Keycloak's calls
 * to an identity provider, and callbacks from ClassLink. Out: a brokered identity for Keycloak's login flow, or an
 * error page with its event and log line.
 */
package io.github.k12sso.classlink.idp;
