package io.github.k12sso.classlink.vault;

/**
 * Whose record it is. Written into each sealed record: in another user's row, under another alias or in another realm it
 * does not open.
 *
 * @param realmId Keycloak's internal id of the realm
 * @param alias the identity provider's
 * @param brokerUserId the id that links the user to ClassLink, as Keycloak stores it
 */
public record RecordOwner(String realmId, String alias, String brokerUserId) {}
