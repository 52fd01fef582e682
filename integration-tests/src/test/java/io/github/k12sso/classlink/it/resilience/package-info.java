/** Faults of ClassLink and Keycloak, for every call and under mixed load. */
package io.github.k12sso.classlink.it.resilience;
