package io.github.k12sso.classlink.profile;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A user's ClassLink profile. Everything except {@link #userId()} is optional: students may have no email, districts
 * without OneRoster have no SourcedId, and the integration guide's format has no district.
 *
 * <p>The email address is contact data and never identifies a user.
 */
public final class Profile {

    private static final Pattern NOT_STORABLE = Pattern.compile("[\\x00\\p{Cs}]");

    private final ObjectNode document;
    private final ProfileFields members;

    private Profile(ObjectNode document, ProfileFields members) {
        this.document = document;
        this.members = members;
    }

    /**
     * Reads a profile document in one of three formats: ClassLink's {@code /v2/my/info}, OpenID Connect userinfo, or
     * the format of the integration guide.
     *
     * @throws Unreadable if {@code UserId}, {@code sub} and {@code id} are all absent or blank
     */
    public static Profile read(ObjectNode document) throws Unreadable {
        ProfileFields members = ProfileFields.of(document);
        return new Profile((ObjectNode) storable((JsonNode) document), members);
    }

    /** Removes characters that databases reject: U+0000 and unpaired surrogates. */
    public static String storable(String text) {
        return NOT_STORABLE.matcher(text).replaceAll("");
    }

    private static JsonNode storable(JsonNode node) {
        if (node instanceof ObjectNode object) {
            ObjectNode copy = JsonNodeFactory.instance.objectNode();
            object.properties().forEach(member -> copy.set(member.getKey(), storable(member.getValue())));
            return copy;
        }
        if (node instanceof ArrayNode list) {
            ArrayNode copy = JsonNodeFactory.instance.arrayNode();
            list.forEach(element -> copy.add(storable(element)));
            return copy;
        }
        return node.isTextual() ? TextNode.valueOf(storable(node.textValue())) : node;
    }

    /** Returns ClassLink's ID of the user: globally unique, usually a number, never blank, at most 255 characters. */
    public String userId() {
        return members.userId();
    }

    /** Returns the district's ID. */
    public Optional<TenantId> tenantId() {
        return TenantId.of(members.tenantId());
    }

    /** Returns the district's name. */
    public Optional<String> tenantName() {
        return present(members.tenantName());
    }

    /** Returns ClassLink's "name of the domain". Most districts have only one, and it is not reliably the school. */
    public Optional<String> building() {
        return present(members.building());
    }

    /** Returns the full name of the US state. */
    public Optional<String> stateName() {
        return present(members.stateName());
    }

    /** Returns the OneRoster ID, unique within the district. */
    public Optional<SourcedId> sourcedId() {
        return SourcedId.of(members.sourcedId())
                .filter(id -> storable(id.value()).equals(id.value()));
    }

    /** Returns the district's login name, unique within the district. */
    public Optional<String> loginId() {
        return present(members.loginId());
    }

    /** Returns the email address, which may be synthetic, shared or outdated. */
    public Optional<String> email() {
        return present(members.email());
    }

    public Optional<String> firstName() {
        return present(members.firstName());
    }

    public Optional<String> lastName() {
        return present(members.lastName());
    }

    /**
     * Returns the roles as sent, for example {@code Student} or {@code student}. ClassLink sends one role; the guide's
     * format has a list.
     */
    public List<String> roles() {
        return members.roles();
    }

    /** Returns a copy of the document, including unknown members. Its strings are {@link #storable}. */
    public ObjectNode document() {
        return document.deepCopy();
    }

    private static Optional<String> present(String text) {
        return Optional.ofNullable(text).map(String::strip).filter(value -> !value.isEmpty());
    }

    /** Omits the values, which must not appear in the log. */
    @Override
    public String toString() {
        return "Profile[…]";
    }

    /** A profile document without an identity. The message names the expected members and contains no values. */
    public static final class Unreadable extends Exception {

        private static final long serialVersionUID = 1L;

        Unreadable(String message) {
            super(message);
        }
    }

    /**
     * A district's ID at ClassLink: a number (docs/internals/classlink-protocol.md#profile), stored as a string. The
     * character set is restricted so that IDs can be joined with {@code |} and listed without escaping.
     *
     * @param value 1 to 64 letters, digits, dots, hyphens and underscores
     */
    public record TenantId(String value) {

        private static final Pattern ALLOWED = Pattern.compile("[A-Za-z0-9._-]{1,64}");

        public TenantId {
            if (!ALLOWED.matcher(value).matches()) {
                throw new IllegalArgumentException(
                        "A TenantId is a number such as 2284: letters, digits, '.', '-' and '_', at most 64");
            }
        }

        /** Parses an ID; empty if the text is null, blank or invalid. */
        public static Optional<TenantId> of(String text) {
            return Optional.ofNullable(text)
                    .map(String::strip)
                    .filter(candidate -> ALLOWED.matcher(candidate).matches())
                    .map(TenantId::new);
        }

        @Override
        public String toString() {
            return value;
        }
    }

    /**
     * A user's OneRoster ID: unique only within a district, case-sensitive, with any characters, at most 255
     * (docs/internals/classlink-protocol.md#profile). Users of districts without OneRoster have none.
     *
     * @param value never blank
     */
    public record SourcedId(String value) {

        private static final int MAX_LENGTH = 255;

        public SourcedId {
            if (value.isBlank() || value.length() > MAX_LENGTH) {
                throw new IllegalArgumentException("A SourcedId has 1 to 255 characters and is not blank");
            }
        }

        /** Parses an ID; empty if the text is null, blank or too long. */
        public static Optional<SourcedId> of(String text) {
            return Optional.ofNullable(text)
                    .filter(candidate -> !candidate.isBlank() && candidate.length() <= MAX_LENGTH)
                    .map(SourcedId::new);
        }

        @Override
        public String toString() {
            return value;
        }
    }

    /** The ID that links a ClassLink account to a Keycloak user. */
    public enum IdentityKey {

        /** ClassLink's {@code UserId}: always present, globally unique, equal to the id_token's {@code sub}. */
        USER_ID("user-id") {
            @Override
            public Optional<String> of(Profile profile) {
                return Optional.of(profile.userId());
            }
        },

        /**
         * {@code TenantId|SourcedId}: stays the same if a student gets a new ClassLink account. If a part is missing,
         * the login is refused, because a key with an empty part would be shared by a whole district. A TenantId
         * contains no {@code |}, so keys are unambiguous.
         */
        TENANT_AND_SOURCED_ID("tenant-and-sourced-id") {
            @Override
            public Optional<String> of(Profile profile) {
                return profile.tenantId()
                        .flatMap(tenant -> profile.sourcedId().map(sourced -> tenant.value() + "|" + sourced.value()))
                        .filter(key -> key.length() <= MAX_LENGTH);
            }
        };

        /** The size of Keycloak's column for the key. */
        private static final int MAX_LENGTH = 255;

        private final String setting;

        IdentityKey(String setting) {
            this.setting = setting;
        }

        /** Returns the value of the setting {@code identityKey} for this key. */
        public String setting() {
            return setting;
        }

        /** Returns the user's key, if the profile has all its parts. */
        public abstract Optional<String> of(Profile profile);

        /** Returns the key for a value of the setting {@code identityKey}. */
        public static Optional<IdentityKey> ofSetting(String setting) {
            return Arrays.stream(values())
                    .filter(key -> key.setting.equals(setting))
                    .findFirst();
        }
    }
}
