/** A clock that tests can move, inside the Keycloak under test. */
package io.github.k12sso.classlink.it.support.clock;
