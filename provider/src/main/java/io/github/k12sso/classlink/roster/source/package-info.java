/** Whose key opens a roster, and the calls that are made with it. */
package io.github.k12sso.classlink.roster.source;
