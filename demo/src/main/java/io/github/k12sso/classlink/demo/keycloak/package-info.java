/** Runs a real Keycloak distribution as a child process, without a container: for the demo and for the integration tests. */
package io.github.k12sso.classlink.demo.keycloak;
