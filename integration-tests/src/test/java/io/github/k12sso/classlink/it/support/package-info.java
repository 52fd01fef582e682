/** A real Keycloak, a local ClassLink and a browser without a window, shared by all tests. */
package io.github.k12sso.classlink.it.support;
