/**
 * The connection check: what is wrong with the set-up of a ClassLink provider, before a person finds out.
 * In: a provider's settings, the realm around it, and what ClassLink answers.
 * Out: findings, each with a status, what was seen and what to do.
 */
package io.github.k12sso.classlink.diagnostics;
