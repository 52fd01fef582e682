/**
 * The access policy for rosters. Has no HTTP or Keycloak types. In: a parsed OneRoster request, the caller, and access
 * to memberships. Out: a decision, and a rule for each row.
 */
package io.github.k12sso.classlink.oneroster.policy;
