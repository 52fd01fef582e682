/**
 * What a caller may read of a roster. No HTTP, no Keycloak.
 * In: a parsed OneRoster request, the caller, and an interface for memberships.
 * Out: a decision, and a rule for each row.
 */
package io.github.k12sso.classlink.oneroster.policy;
