package io.github.k12sso.classlink.simulator.district;

import java.util.List;

/**
 * Someone who can sign in to LaunchPad.
 *
 * @param sourcedId the OneRoster sourcedId; empty where the district's person has none
 * @param email empty when there is none
 * @param role as single sign-on writes it, such as {@code Tenant Administrator}
 * @param orgIds sourcedIds of the person's schools
 * @param orgIdAsArray whether {@code OrgId} of my/info lists them, or is {@code ""}
 *     (docs/internals/classlink-protocol.md#profile)
 */
public record Persona(
        String id,
        String displayName,
        String firstName,
        String lastName,
        String loginId,
        int userId,
        int tenantId,
        String tenantName,
        String stateName,
        String sourcedId,
        String email,
        String role,
        int roleLevel,
        String districtCode,
        List<String> orgIds,
        boolean orgIdAsArray) {

    public Persona {
        orgIds = List.copyOf(orgIds);
    }
}
