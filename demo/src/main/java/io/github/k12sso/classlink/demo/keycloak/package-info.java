/** Runs a Keycloak distribution as a child process, for the demo and the integration tests. */
package io.github.k12sso.classlink.demo.keycloak;
