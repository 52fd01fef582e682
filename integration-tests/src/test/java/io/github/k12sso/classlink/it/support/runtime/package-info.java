/**
 * What the tests' Keycloak runs in: the distribution from Maven Central, or, with {@code -Dkeycloak.runtime=container}, the
 * image of the same version in a Docker engine.
 */
package io.github.k12sso.classlink.it.support.runtime;
