/**
 * Provides a valid ClassLink token for a user, with a single refresh per cluster that is committed before the request
 * is answered. In: a user with a record in the vault. Out: valid tokens, or the reason why none are available.
 */
package io.github.k12sso.classlink.refresh;
