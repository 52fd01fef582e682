/** Refresh of stored ClassLink tokens. */
package io.github.k12sso.classlink.it.refresh;
