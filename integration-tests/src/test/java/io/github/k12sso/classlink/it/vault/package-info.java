/** Stored ClassLink tokens: their keys, their removal, and two nodes that share them. */
package io.github.k12sso.classlink.it.vault;
