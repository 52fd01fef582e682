package io.github.k12sso.classlink.demo.app;

import com.nimbusds.openid.connect.sdk.claims.IDTokenClaimsSet;
import java.util.Locale;
import java.util.stream.Stream;

/** Who signed in, as the id_token tells it; a part that it does not have is the empty string. */
record SignedInPerson(String name, String tenantId, String district, String role, String sourcedId) {

    static SignedInPerson from(IDTokenClaimsSet claims) {
        String name = Stream.of(text(claims, "name"), text(claims, "preferred_username"), "Unknown person")
                .filter(candidate -> !candidate.isBlank())
                .findFirst()
                .orElseThrow();
        return new SignedInPerson(
                name,
                text(claims, "classlink_tenant_id"),
                text(claims, "classlink_tenant_name"),
                text(claims, "classlink_role"),
                text(claims, "classlink_sourced_id"));
    }

    boolean isTeacher() {
        return role.toLowerCase(Locale.ROOT).equals("teacher");
    }

    boolean isStudent() {
        return role.toLowerCase(Locale.ROOT).equals("student");
    }

    boolean isInRoster() {
        return !sourcedId.isBlank();
    }

    /** Whether this app shows classes for such a person. */
    boolean hasClasses() {
        return isInRoster() && (isTeacher() || isStudent());
    }

    /** Whether the person has ever signed in with ClassLink, which always names the district. */
    boolean isLinked() {
        return !tenantId.isBlank();
    }

    private static String text(IDTokenClaimsSet claims, String name) {
        String value = claims.getStringClaim(name);
        return value == null ? "" : value;
    }
}
