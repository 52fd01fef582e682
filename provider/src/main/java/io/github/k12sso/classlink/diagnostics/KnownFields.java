package io.github.k12sso.classlink.diagnostics;

import java.util.Set;

/**
 * The known fields of ClassLink's profile (docs/internals/classlink-protocol.md#profile). ClassLink may send others.
 */
final class KnownFields {

    private static final Set<String> MY_INFO =
            words("UserId TenantId StateId StateName BuildingId AuthenticationType DisplayName FirstName LastName Email"
                    + " LoginId ImagePath LanguageId Language DefaultTimeFormat Profile ProfileId Tenant Building Role"
                    + " Role_Level LastAccessTime OrgId SourcedId or_email");

    private static final Set<String> USER_INFO =
            words("sub given_name middle_name family_name preferred_username email email_verified profile"
                    + " phone_number_verified picture address classLink_tenant_id classLink_tenant_id_string"
                    + " classLink_role classLink_role_level classLink_sourcedId classLink_org_sourcedids");

    private static final Set<String> GUIDE = words("id email firstName lastName roles");

    private KnownFields() {}

    /** Returns the fields for a profile URL, by the end of its path. */
    static Set<String> of(String profileUrl) {
        if (profileUrl.endsWith("/info")) {
            return MY_INFO;
        }
        return profileUrl.endsWith("/profileinfo") ? USER_INFO : GUIDE;
    }

    private static Set<String> words(String list) {
        return Set.of(list.split(" ", -1));
    }
}
