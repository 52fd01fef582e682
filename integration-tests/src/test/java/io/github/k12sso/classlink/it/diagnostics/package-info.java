/** The connection check. */
package io.github.k12sso.classlink.it.diagnostics;
