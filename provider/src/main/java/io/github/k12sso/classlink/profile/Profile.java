package io.github.k12sso.classlink.profile;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Optional;

/**
 * What ClassLink says about one person. Everything but {@link #userId()} may be absent: students have no e-mail, districts
 * without OneRoster have no SourcedId, and the integration guide's document has no district at all.
 *
 * <p>An e-mail address is a contact here and never an identity.
 */
public final class Profile {

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
        ObjectNode own = document.deepCopy();
        return new Profile(own, ProfileFields.of(own));
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
        return SourcedId.of(members.sourcedId());
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

    /** The document as it came, unknown members included. A copy: changing it changes nothing here. */
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
}
