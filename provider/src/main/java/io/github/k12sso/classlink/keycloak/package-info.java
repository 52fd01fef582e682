/**
 * Shared access to Keycloak and the JVM: the Keycloak line and calls that differ between lines, clocks, and checks
 * before Keycloak calls that throw instead of refusing. In: nothing from this project. Out: JDK values.
 */
package io.github.k12sso.classlink.keycloak;
