package io.github.k12sso.classlink.demo.app;

import java.net.URI;

/**
 * Two commands that read a row of the roster: the OAuth 2.0 device flow (RFC 8628) of the realm's client {@code roster-cli},
 * and Keycloak's roster gateway. For {@code sh}, with curl and sed.
 *
 * @param start prints the URL where the user signs in, and stores the device code in {@code DEVICE}
 * @param read gets an access token for the code and reads one class
 */
public record DeviceCurls(String start, String read) {

    private static final String CLIENT = "roster-cli";

    /**
     * The commands for a realm.
     *
     * @param issuer {@code http://localhost:8080/realms/demo}
     * @param alias of the ClassLink provider
     */
    public static DeviceCurls of(URI issuer, String alias) {
        String realm = issuer.toString();
        return new DeviceCurls(
                "DEVICE=$(curl -sS " + realm + "/protocol/openid-connect/auth/device -d client_id=" + CLIENT
                        + " -d scope=classlink-roster | tee /dev/stderr | " + member("device_code") + ")",
                "curl -sS -H \"Authorization: Bearer $(curl -sS " + realm
                        + "/protocol/openid-connect/token -d client_id="
                        + CLIENT
                        + " -d grant_type=urn:ietf:params:oauth:grant-type:device_code -d device_code=\"$DEVICE\" | "
                        + member("access_token") + ")\" \"" + realm + "/classlink/" + alias
                        + "/ims/oneroster/v1p1/classes?limit=1\"");
    }

    /** Extracts a string from a JSON object. */
    private static String member(String name) {
        return "sed -E 's/.*\"" + name + "\":\"([^\"]*)\".*/\\1/'";
    }
}
