package io.github.k12sso.classlink.profile;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * The fields of a profile document. The first ID member that is present decides the format. Formats are never mixed, so
 * an unexpected extra member cannot change the identity.
 */
record ProfileFields(
        String userId,
        String tenantId,
        String tenantName,
        String building,
        String stateName,
        String sourcedId,
        String loginId,
        String email,
        String firstName,
        String lastName,
        List<String> roles) {

    private static final int MAX_ID_LENGTH = 255;

    static ProfileFields of(ObjectNode document) throws Profile.Unreadable {
        if (has(document, "UserId")) {
            return myInfo(document);
        }
        if (has(document, "sub")) {
            return userInfo(document);
        }
        if (has(document, "id")) {
            return guide(document);
        }
        throw new Profile.Unreadable("The profile has no UserId, sub or id with a string or a whole number");
    }

    /** Reads the {@code /v2/my/info} format (docs/internals/classlink-protocol.md#profile): flat, PascalCase. */
    private static ProfileFields myInfo(ObjectNode document) {
        return new ProfileFields(
                text(document, "UserId"),
                text(document, "TenantId"),
                text(document, "Tenant"),
                text(document, "Building"),
                text(document, "StateName"),
                text(document, "SourcedId"),
                text(document, "LoginId"),
                text(document, "Email"),
                text(document, "FirstName"),
                text(document, "LastName"),
                texts(document.path("Role")));
    }

    /**
     * Reads the userinfo format (docs/internals/classlink-protocol.md#discovery): OpenID Connect claims and ClassLink's
     * own. The district's name and state are in the address.
     */
    private static ProfileFields userInfo(ObjectNode document) {
        String tenantId = text(document, "classLink_tenant_id");
        return new ProfileFields(
                text(document, "sub"),
                tenantId != null ? tenantId : text(document, "classLink_tenant_id_string"),
                text(document.path("address"), "locality"),
                null,
                text(document.path("address"), "region"),
                text(document, "classLink_sourcedId"),
                text(document, "preferred_username"),
                text(document, "email"),
                text(document, "given_name"),
                text(document, "family_name"),
                texts(document.path("classLink_role")));
    }

    /**
     * Reads the integration guide's format (docs/internals/classlink-protocol.md#the-integration-guide), which has no
     * district and no SourcedId.
     */
    private static ProfileFields guide(ObjectNode document) {
        return new ProfileFields(
                text(document, "id"),
                null,
                null,
                null,
                null,
                null,
                null,
                text(document, "email"),
                text(document, "firstName"),
                text(document, "lastName"),
                texts(document.path("roles")));
    }

    private static boolean has(ObjectNode document, String member) {
        String id = text(document, member);
        return id != null
                && !id.isBlank()
                && id.length() <= MAX_ID_LENGTH
                && Profile.storable(id).equals(id);
    }

    /**
     * Returns a string or a whole number as a string, because servers send either
     * (docs/internals/classlink-protocol.md#profile). Other types count as absent.
     */
    private static String text(JsonNode document, String member) {
        return text(document.path(member));
    }

    private static String text(JsonNode node) {
        if (node.isTextual()) {
            return node.textValue();
        }
        return node.isIntegralNumber() ? node.bigIntegerValue().toString() : null;
    }

    private static List<String> texts(JsonNode node) {
        Stream<JsonNode> values = node.isArray() ? StreamSupport.stream(node.spliterator(), false) : Stream.of(node);
        return values.map(ProfileFields::text)
                .filter(text -> text != null && !text.isBlank())
                .map(String::strip)
                .toList();
    }
}
