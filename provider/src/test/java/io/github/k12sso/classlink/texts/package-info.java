/** Tests of every text that a person reads: pages of documentation, messages, log lines and comments. */
package io.github.k12sso.classlink.texts;
