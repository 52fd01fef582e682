package io.github.k12sso.classlink.vault;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.keycloak.jose.JOSEHeader;
import org.keycloak.jose.jwe.JWE;
import org.keycloak.jose.jwe.JWEConstants;
import org.keycloak.jose.jwe.JWEException;
import org.keycloak.jose.jwe.JWEHeader;
import org.keycloak.jose.jwe.JWEKeyStorage;

/**
 * Seals records as compact JWEs (RFC 7516, {@code dir} with A256GCM, the key's id in the header), with Keycloak's own JOSE
 * code. Compact, because Keycloak rewrites what looks like JSON when a person logs in again ({@code
 * IdentityBrokerService.updateToken}).
 */
final class TokenSeal {

    private static final ObjectMapper JSON = new ObjectMapper();

    private static final String REALM = "realm";
    private static final String ALIAS = "idp";
    private static final String BROKER_USER_ID = "sub";

    private static final Pattern KEY_ID = Pattern.compile("[A-Za-z0-9._-]{1,128}");

    private TokenSeal() {}

    static String seal(TokenRecord record, RecordOwner owner, TokenKey key) {
        ObjectNode content = record.write()
                .put(REALM, owner.realmId())
                .put(ALIAS, owner.alias())
                .put(BROKER_USER_ID, owner.brokerUserId());
        JWE jwe = new JWE()
                .header(new JWEHeader(JWEConstants.DIRECT, JWEConstants.A256GCM, null, key.id()))
                .content(content.toString().getBytes(StandardCharsets.UTF_8));
        jwe.getKeyStorage().setCEKKey(key.key(), JWEKeyStorage.KeyUse.ENCRYPTION);
        try {
            return jwe.encodeJwe();
        } catch (JWEException e) {
            throw new IllegalStateException("A token record could not be sealed", e);
        }
    }

    /** Whether a stored text is sealed. A plain one, left by a built-in provider, begins with a brace. */
    static boolean isSealed(String stored) {
        return stored.startsWith("eyJ");
    }

    /**
     * The record in a sealed text.
     *
     * @throws RecordUnreadable saying why, without a word of what is in it
     */
    static TokenRecord open(String sealed, RecordOwner owner, Function<String, Optional<TokenKey>> keys)
            throws RecordUnreadable {
        JWE jwe = parse(sealed);
        String keyId = keyId(jwe.getHeader());
        TokenKey key = keys.apply(keyId)
                .orElseThrow(() -> new RecordUnreadable("the key '" + keyId + "' that sealed it is in no key source"));
        jwe.getKeyStorage().setCEKKey(key.key(), JWEKeyStorage.KeyUse.ENCRYPTION);
        JsonNode content;
        try {
            content = JSON.readTree(jwe.verifyAndDecodeJwe().getContent());
        } catch (JWEException | IOException e) {
            throw new RecordUnreadable("it is damaged, or another key has the id '" + keyId + "'");
        }
        if (!owner.equals(new RecordOwner(
                content.path(REALM).asText(),
                content.path(ALIAS).asText(),
                content.path(BROKER_USER_ID).asText()))) {
            throw new RecordUnreadable("it belongs to another realm, provider or person");
        }
        return TokenRecord.read(content);
    }

    private static JWE parse(String sealed) throws RecordUnreadable {
        try {
            return new JWE(sealed);
        } catch (RuntimeException e) { // Keycloak has no type of its own for what is no JWE
            throw new RecordUnreadable("it is no sealed record");
        }
    }

    /** Only what such an id can be, because it ends up in a log line. */
    private static String keyId(JOSEHeader header) throws RecordUnreadable {
        if (header != null
                && header.getKeyId() != null
                && KEY_ID.matcher(header.getKeyId()).matches()) {
            return header.getKeyId();
        }
        throw new RecordUnreadable("it names no key");
    }
}
