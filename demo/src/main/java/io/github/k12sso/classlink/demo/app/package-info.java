/**
 * A small school app that uses standard OpenID Connect and OAuth 2.0 with Keycloak and OneRoster with the district. Only the
 * provider's alias and the claims of the ID token are specific to ClassLink.
 */
package io.github.k12sso.classlink.demo.app;
