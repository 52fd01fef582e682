/**
 * The ClassLink profile of a user. Has no Keycloak types. In: a profile document in any of the three formats. Out: an
 * immutable {@link io.github.k12sso.classlink.profile.Profile} and the names made from it.
 */
package io.github.k12sso.classlink.profile;
