/**
 * The OneRoster 1.1 gateway: HTTP, callers, limits and page cache. In: a OneRoster request with a Keycloak access
 * token. Out: a OneRoster page or an {@code imsx} error.
 */
package io.github.k12sso.classlink.oneroster.gateway;
