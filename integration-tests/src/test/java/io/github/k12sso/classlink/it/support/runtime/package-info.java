/**
 * Runtimes of the Keycloak under test: the distribution from Maven Central or, with {@code -Dkeycloak.runtime=container}, the
 * image of the same version in Docker.
 */
package io.github.k12sso.classlink.it.support.runtime;
