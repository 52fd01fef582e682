/**
 * The settings of a ClassLink provider with their keys, defaults, bounds and validation. In: the identity provider's
 * configuration as Keycloak stores it. Out: typed values, the form for the admin console, and validation errors.
 */
package io.github.k12sso.classlink.settings;
