/** What ClassLink says about a person: one immutable {@link Profile}, read from any of three document shapes. No Keycloak. */
package io.github.k12sso.classlink.profile;
