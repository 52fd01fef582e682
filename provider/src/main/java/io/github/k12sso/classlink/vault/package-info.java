/**
 * The token vault: one encrypted record for each link, its keys, and revocation when a link is removed.
 * In: tokens that ClassLink issued.
 * Out: the record for Keycloak's database, and the tokens and the identity in it.
 */
package io.github.k12sso.classlink.vault;
