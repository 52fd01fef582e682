/**
 * A small web app of a school: stock OpenID Connect and OAuth 2.0 against Keycloak, OneRoster against the district. Nothing
 * in it is special to ClassLink but the provider's alias and the claims that the realm puts into the id_token.
 */
package io.github.k12sso.classlink.demo.app;
