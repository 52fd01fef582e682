/**
 * What the other packages need of Keycloak and the JVM: the line of Keycloak and the calls that differ between lines, clocks, and
 * checks before calls that throw where they should refuse.
 * In: nothing of this project.
 * Out: values of the JDK.
 */
package io.github.k12sso.classlink.keycloak;
