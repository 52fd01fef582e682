package io.github.k12sso.classlink.simulator.district;

import java.util.List;

/**
 * A user who can sign in to LaunchPad.
 *
 * @param sourcedId the OneRoster sourcedId; empty if the user has none
 * @param email empty when there is none
 * @param role as in single sign-on, such as {@code Tenant Administrator}
 * @param orgIds sourcedIds of the user's schools
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
