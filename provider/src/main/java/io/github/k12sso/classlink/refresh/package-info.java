/**
 * A valid ClassLink token for a user: one refresh in the whole cluster, committed before anybody is answered.
 * In: a user with a record in the vault.
 * Out: tokens that are valid, or the reason why there are none.
 */
package io.github.k12sso.classlink.refresh;
