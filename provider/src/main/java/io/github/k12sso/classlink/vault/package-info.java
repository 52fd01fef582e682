/**
 * The token vault: one encrypted record for each link, its keys, and revocation when a link is removed. In: tokens
 * issued by ClassLink. Out: the encrypted record for Keycloak's database, and the tokens and identity in it.
 */
package io.github.k12sso.classlink.vault;
