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
 * What ClassLink says about one person. Everything but {@link #userId()} may be absent: students have no e-mail, districts
 * without OneRoster have no SourcedId, and the integration guide's document has no district at all.
 *
 * <p>An e-mail address is a contact here and never an identity.
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
     * Reads a profile document of any of the three shapes: ClassLink's {@code /v2/my/info}, OpenID Connect userinfo, the
     * integration guide's.
     *
     * @throws Unreadable if it names nobody: {@code UserId}, {@code sub} and {@code id} are all absent or blank
     */
    public static Profile read(ObjectNode document) throws Unreadable {
        ProfileFields members = ProfileFields.of(document);
        return new Profile((ObjectNode) storable((JsonNode) document), members);
    }

    /** A text without the characters that databases refuse: U+0000, and halves of surrogate pairs. */
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

    /** ClassLink's id of the person: globally unique, a whole number on the wire; never blank, at most 255 characters. */
    public String userId() {
        return members.userId();
    }

    /** The district's id. */
    public Optional<TenantId> tenantId() {
        return TenantId.of(members.tenantId());
    }

    /** The district's name. */
    public Optional<String> tenantName() {
        return present(members.tenantName());
    }

    /** ClassLink's "name of the domain"; in most districts there is one, and it is not reliably the school. */
    public Optional<String> building() {
        return present(members.building());
    }

    /** The US state, spelled out. */
    public Optional<String> stateName() {
        return present(members.stateName());
    }

    /** The OneRoster id, unique within the district. */
    public Optional<SourcedId> sourcedId() {
        return SourcedId.of(members.sourcedId())
                .filter(id -> storable(id.value()).equals(id.value()));
    }

    /** The district's own login name, unique within the district. */
    public Optional<String> loginId() {
        return present(members.loginId());
    }

    /** A contact address. May be synthetic, shared or out of date. */
    public Optional<String> email() {
        return present(members.email());
    }

    public Optional<String> firstName() {
        return present(members.firstName());
    }

    public Optional<String> lastName() {
        return present(members.lastName());
    }

    /** The roles as sent, {@code Student} or {@code student}. ClassLink sends one, the guide's document a list. */
    public List<String> roles() {
        return members.roles();
    }

    /** The document, unknown members included; its texts are {@link #storable}. A copy: changing it changes nothing here. */
    public ObjectNode document() {
        return document.deepCopy();
    }

    private static Optional<String> present(String text) {
        return Optional.ofNullable(text).map(String::strip).filter(value -> !value.isEmpty());
    }

    /** Names nobody: profiles end up in log lines by accident. */
    @Override
    public String toString() {
        return "Profile[…]";
    }

    /** A profile document without an identity. The message names the members looked for, never what was found. */
    public static final class Unreadable extends Exception {

        private static final long serialVersionUID = 1L;

        Unreadable(String message) {
            super(message);
        }
    }

    /**
     * A district's id at ClassLink: a whole number on the wire (docs/internals/classlink-protocol.md#profile), kept as
     * text. The alphabet is narrow on purpose: an id may be joined with others by {@code |} and compared in lists without
     * any escaping.
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

        /** The id in a text that may be null, blank or unfit; empty then. */
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
     * A person's OneRoster id. Unique only within a district, case-sensitive, any character is legal, under 256 characters
     * (docs/internals/classlink-protocol.md#profile); empty for people whose district has no OneRoster.
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

        /** The id in a text that may be null, blank or too long; empty then. */
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

    /** Which of a person's ids links them to their Keycloak user. */
    public enum IdentityKey {

        /** ClassLink's {@code UserId}: always there, globally unique, equal to the id_token's {@code sub}. */
        USER_ID("user-id") {
            @Override
            public Optional<String> of(Profile profile) {
                return Optional.of(profile.userId());
            }
        },

        /**
         * {@code TenantId|SourcedId}: survives a new ClassLink account for the same pupil. Absent, and so no login, when either
         * part is: a key with an empty part would make one user of a whole district. A TenantId has no {@code |}, so two
         * different pairs never give the same key.
         */
        TENANT_AND_SOURCED_ID("tenant-and-sourced-id") {
            @Override
            public Optional<String> of(Profile profile) {
                return profile.tenantId()
                        .flatMap(tenant -> profile.sourcedId().map(sourced -> tenant.value() + "|" + sourced.value()))
                        .filter(key -> key.length() <= MAX_LENGTH);
            }
        };

        /** Keycloak keeps the key in a column of this many characters. */
        private static final int MAX_LENGTH = 255;

        private final String setting;

        IdentityKey(String setting) {
            this.setting = setting;
        }

        /** The value of the setting {@code identityKey} that chooses this key. */
        public String setting() {
            return setting;
        }

        /** The person's key, if the profile has all parts of it. */
        public abstract Optional<String> of(Profile profile);

        /** The key that a value of the setting {@code identityKey} chooses. */
        public static Optional<IdentityKey> ofSetting(String setting) {
            return Arrays.stream(values())
                    .filter(key -> key.setting.equals(setting))
                    .findFirst();
        }
    }
}
