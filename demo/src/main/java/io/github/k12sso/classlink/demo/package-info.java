/** {@code mvn -Pdemo}: a local ClassLink, Keycloak with the provider, and an app, started together on one machine. */
package io.github.k12sso.classlink.demo;
