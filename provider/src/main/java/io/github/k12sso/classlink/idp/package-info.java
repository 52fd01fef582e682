/**
 * The identity provider: the request to ClassLink, the callback, the verified id_token, and the page when a login fails.
 * In: Keycloak's calls to an identity provider, and the browser that returns from ClassLink.
 * Out: a brokered identity for Keycloak's login flow, or an error page with its event and log line.
 */
package io.github.k12sso.classlink.idp;
