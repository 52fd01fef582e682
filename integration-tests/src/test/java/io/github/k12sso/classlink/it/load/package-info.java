/** A server under mixed load while ClassLink has its bad moments. */
package io.github.k12sso.classlink.it.load;
