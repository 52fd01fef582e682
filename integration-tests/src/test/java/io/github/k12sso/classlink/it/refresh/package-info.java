/** The refresh of a stored ClassLink token. */
package io.github.k12sso.classlink.it.refresh;
