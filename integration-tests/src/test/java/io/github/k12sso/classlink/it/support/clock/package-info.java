/** A clock that tests can move, inside the Keycloak that they drive. */
package io.github.k12sso.classlink.it.support.clock;
