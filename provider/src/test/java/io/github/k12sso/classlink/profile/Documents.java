package io.github.k12sso.classlink.profile;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** Profile documents exactly as ClassLink sends them. */
final class Documents {

    private static final ObjectMapper JSON = new ObjectMapper();

    private Documents() {}

    /** docs/internals/classlink-protocol.md#profile: {@code /v2/my/info} as documented by ClassLink. */
    static ObjectNode student() {
        return json("""
                {
                  "UserId": 1516492,
                  "TenantId": 2,
                  "StateId": 2,
                  "StateName": "New Jersey",
                  "BuildingId": 1,
                  "AuthenticationType": 2,
                  "DisplayName": "Reading Student",
                  "FirstName": "Reading",
                  "LastName": "Student",
                  "Email": "480150801709112015161127962@demo.local",
                  "LoginId": "4801508017",
                  "ImagePath": "",
                  "LanguageId": 1,
                  "Language": "en",
                  "DefaultTimeFormat": 0,
                  "Profile": "Developer Student Profile",
                  "ProfileId": 3280,
                  "Tenant": "ClassLink Demo",
                  "Building": "CL Demo Building1",
                  "Role": "Student",
                  "Role_Level": 4,
                  "LastAccessTime": "2015-11-12T19:25:32.000Z",
                  "OrgId": "",
                  "SourcedId": "4801508017"
                }
                """);
    }

    /** docs/internals/classlink-protocol.md#profile: the same call for a teacher in production. */
    static ObjectNode teacher() {
        return json("""
                {
                  "UserId": 9000001,
                  "TenantId": 2222,
                  "Tenant": "Example Schools",
                  "DisplayName": "Terry Teacher",
                  "FirstName": "Terry",
                  "LastName": "Teacher",
                  "Email": "teacher@example.org",
                  "or_email": "teacher@example.org",
                  "LoginId": "tteacher",
                  "Role": "Teacher",
                  "Role_Level": 3,
                  "OrgId": ["5678"],
                  "SourcedId": "5678_T5678-0005"
                }
                """);
    }

    /** docs/internals/classlink-protocol.md#other-calls: {@code /v2/my/profileinfo}, OpenID Connect claims. */
    static ObjectNode userInfo() {
        return json("""
                { "sub":"1516492","given_name":"Reading","family_name":"Student","preferred_username":"4801508017",
                  "email":"480150801709112015161127962@demo.local","email_verified":true,"profile":"Student","picture":"",
                  "address":{"locality":"ClassLink Demo","region":"New Jersey"},
                  "classLink_tenant_id":2,"classLink_tenant_id_string":"2","classLink_role":"Student","classLink_role_level":4,
                  "classLink_sourcedId":"4801508017","classLink_org_sourcedids":["671"] }
                """);
    }

    /** The integration guide's document (docs/internals/classlink-protocol.md#the-integration-guide). */
    static ObjectNode guide() {
        return json("""
                { "id": "12345", "email": "jane.doe@example.org", "firstName": "Jane", "lastName": "Doe", "roles": ["student"] }
                """);
    }

    /** A {@code /v2/my/info} document of one user in one district. */
    static ObjectNode person(String tenantId, String sourcedId, String loginId) {
        return json("{\"UserId\": 1}")
                .put("TenantId", tenantId)
                .put("SourcedId", sourcedId)
                .put("LoginId", loginId);
    }

    static ObjectNode json(String text) {
        try {
            return (ObjectNode) JSON.readTree(text);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(e);
        }
    }

    /** Parses a profile that is known to be valid. */
    static Profile read(ObjectNode document) {
        try {
            return Profile.read(document);
        } catch (Profile.Unreadable e) {
            throw new AssertionError(e);
        }
    }
}
