/**
 * What the other packages need of Keycloak and the JVM: clocks, and checks before calls that throw where they should refuse.
 * In: nothing of this project.
 * Out: values of the JDK.
 */
package io.github.k12sso.classlink.keycloak;
