/** Faults of ClassLink and of Keycloak, for every call, and under a mixed load. */
package io.github.k12sso.classlink.it.resilience;
