/** Stored ClassLink tokens: keys, deletion, and two nodes that share them. */
package io.github.k12sso.classlink.it.vault;
