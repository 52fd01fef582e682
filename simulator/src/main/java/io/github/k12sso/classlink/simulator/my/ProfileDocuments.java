package io.github.k12sso.classlink.simulator.my;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.k12sso.classlink.simulator.district.Persona;
import io.github.k12sso.classlink.simulator.http.Json;
import java.util.List;
import java.util.Locale;

/** The three formats of profile documents. */
final class ProfileDocuments {
    private ProfileDocuments() {}

    /**
     * {@code /v2/my/info} with the fields and types of the documented sample
     * (docs/internals/classlink-protocol.md#profile).
     */
    static ObjectNode info(Persona persona) {
        ObjectNode info = Json.object()
                .put("UserId", persona.userId())
                .put("TenantId", persona.tenantId())
                .put("StateId", 2)
                .put("StateName", persona.stateName())
                .put("BuildingId", 1)
                .put("AuthenticationType", 2)
                .put("DisplayName", persona.displayName())
                .put("FirstName", persona.firstName())
                .put("LastName", persona.lastName())
                .put("Email", persona.email())
                .put("LoginId", persona.loginId())
                .put("ImagePath", "")
                .put("LanguageId", 1)
                .put("Language", "en")
                .put("DefaultTimeFormat", 0)
                .put("Profile", persona.tenantName() + " " + persona.role() + " Profile")
                .put("ProfileId", 3280)
                .put("Tenant", persona.tenantName())
                .put("Building", persona.tenantName() + " Building1")
                .put("Role", persona.role())
                .put("Role_Level", persona.roleLevel())
                .put("LastAccessTime", "2026-09-01T12:25:32.000Z");
        if (persona.orgIdAsArray()) {
            info.set("OrgId", Json.strings(persona.orgIds()));
            info.put("or_email", persona.email());
        } else {
            info.put("OrgId", "");
        }
        return info.put("SourcedId", persona.sourcedId());
    }

    /** OIDC userinfo, constructed from {@code claims_supported} (docs/internals/classlink-protocol.md#other-calls). */
    static ObjectNode userinfo(Persona persona) {
        ObjectNode claims = Json.object()
                .put("sub", Integer.toString(persona.userId()))
                .put("given_name", persona.firstName())
                .put("family_name", persona.lastName())
                .put("preferred_username", persona.loginId())
                .put("email", persona.email())
                .put("email_verified", !persona.email().isEmpty())
                .put("profile", persona.role())
                .put("picture", "");
        claims.set(
                "address", Json.object().put("locality", persona.tenantName()).put("region", persona.stateName()));
        claims.put("classLink_tenant_id", persona.tenantId())
                .put("classLink_tenant_id_string", Integer.toString(persona.tenantId()))
                .put("classLink_role", persona.role())
                .put("classLink_role_level", persona.roleLevel())
                .put("classLink_sourcedId", persona.sourcedId());
        claims.set("classLink_org_sourcedids", Json.strings(persona.orgIds()));
        return claims;
    }

    /**
     * The integration guide's document, which ClassLink does not have
     * (docs/internals/classlink-protocol.md#the-integration-guide).
     */
    static ObjectNode guide(Persona persona) {
        ObjectNode profile = Json.object()
                .put("id", Integer.toString(persona.userId()))
                .put("email", persona.email())
                .put("firstName", persona.firstName())
                .put("lastName", persona.lastName());
        String role = persona.role().equals("Tenant Administrator")
                ? "administrator"
                : persona.role().toLowerCase(Locale.ROOT);
        profile.set("roles", Json.strings(List.of(role)));
        return profile;
    }
}
