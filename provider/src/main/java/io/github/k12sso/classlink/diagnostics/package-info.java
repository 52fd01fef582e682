/**
 * The connection check: finds configuration problems of a ClassLink provider before users do. Also trial sign-ins. In:
 * a provider's settings, its realm, and ClassLink's responses. Out: findings with a status, the observation and what to
 * do.
 */
package io.github.k12sso.classlink.diagnostics;
