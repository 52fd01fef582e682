/** Test support: a real Keycloak, a local ClassLink and a simple browser. */
package io.github.k12sso.classlink.it.support;
