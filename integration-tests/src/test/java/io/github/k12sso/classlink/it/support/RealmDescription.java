package io.github.k12sso.classlink.it.support;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPairGenerator;
import java.util.Base64;

/** The realm and apps in {@code test-realm.json} and {@code more-apps.json}. */
final class RealmDescription {

    /** Placeholder in the template's settings for the URL of ClassLink, on an allowed host. */
    static final String CLASSLINK = "http://localhost:1/classlink";

    /** Generated once per run, because two new RSA keys per realm would take a tenth of the run's time. PKCS 8, Base64. */
    private static final String SIGNING_KEY = newSigningKey();

    private RealmDescription() {}

    /** Returns the template realm of a server; Keycloak creates it on first use. */
    static RealmTemplate template(SystemUnderTest environment, Database database) {
        String name =
                "template-" + Integer.toHexString(resource("/test-realm.json").hashCode());
        if (database.rows("select id from realm where name = '" + name + "'").isEmpty()) {
            make(environment, name, CLASSLINK);
        }
        return RealmTemplate.of(database, name);
    }

    /** Creates a realm with this ClassLink through Keycloak. */
    static void make(SystemUnderTest environment, String name, String classLink) {
        JsonNode filled = Http.json(resource("/test-realm.json")
                .replace("@REALM@", name)
                .replace("@CLASSLINK@", classLink)
                .replace("@SIGNING_KEY@", SIGNING_KEY)
                .replace("@SECRET@", TestRealm.CLASSLINK_SECRET));
        AdminApi.require(environment.admin().post("/realms", filled), "new realm");
    }

    static JsonNode moreApps() {
        return Http.json(resource("/more-apps.json"));
    }

    private static String newSigningKey() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
            generator.initialize(2048);
            return Base64.getEncoder()
                    .encodeToString(generator.generateKeyPair().getPrivate().getEncoded());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String resource(String name) {
        try (InputStream file = RealmDescription.class.getResourceAsStream(name)) {
            return new String(file.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
