package io.github.k12sso.classlink.demo.app;

import com.nimbusds.openid.connect.sdk.claims.IDTokenClaimsSet;
import java.util.Locale;
import java.util.stream.Stream;

/** The signed-in user according to the ID token; missing claims are empty strings. */
record SignedInPerson(String name, String tenantId, String district, String role, String sourcedId) {

    static SignedInPerson from(IDTokenClaimsSet claims) {
        String name = Stream.of(text(claims, "name"), text(claims, "preferred_username"), "Unknown user")
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

    /** Whether this app shows classes for users with this role. */
    boolean hasClasses() {
        return isInRoster() && (isTeacher() || isStudent());
    }

    /** Whether the user has ever signed in with ClassLink, which always sets the district. */
    boolean isLinked() {
        return !tenantId.isBlank();
    }

    private static String text(IDTokenClaimsSet claims, String name) {
        String value = claims.getStringClaim(name);
        return value == null ? "" : value;
    }
}
