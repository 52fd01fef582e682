package io.github.k12sso.classlink.demo.app;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import com.nimbusds.jwt.JWTParser;
import java.text.ParseException;
import java.util.Iterator;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * A JSON response without secrets: variable names replace tokens and passwords, claims replace an ID token, a list is reduced
 * to its first row, and a long string to its beginning.
 */
final class ShownJson {

    private static final int TEXT_LIMIT = 120;
    private static final Set<String> SECRETS = Set.of(
            "access_token",
            "refresh_token",
            "device_code",
            "user_code",
            "code",
            "client_secret",
            "password",
            "session_state");
    /** Claims of an ID token that identify the session or bind the login. */
    private static final Set<String> CLAIMS_LEFT_OUT = Set.of("nonce", "jti", "sid", "at_hash", "session_state");

    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final String accessToken;

    private ShownJson(String accessToken) {
        this.accessToken = accessToken;
    }

    /**
     * Returns the part of a body that may be shown.
     *
     * @param accessToken replaces the field {@code access_token}
     */
    static String of(String body, String accessToken) {
        if (body == null || body.isBlank()) {
            return "(no body)";
        }
        try {
            return new ShownJson(accessToken).shown("", JSON.readTree(body)).toPrettyString();
        } catch (JsonProcessingException e) {
            return "(" + body.length() + " characters that are not JSON)";
        }
    }

    private JsonNode shown(String name, JsonNode value) {
        if (name.equals("id_token")) {
            return claims(value.asText());
        }
        if (SECRETS.contains(name)) {
            return TextNode.valueOf(name.equals("access_token") ? accessToken : "$" + name.toUpperCase(Locale.ROOT));
        }
        if (value instanceof ObjectNode object) {
            ObjectNode shown = JSON.createObjectNode();
            object.properties()
                    .forEach(member -> shown.set(member.getKey(), shown(member.getKey(), member.getValue())));
            return shown;
        }
        if (value instanceof ArrayNode array) {
            return shown(array);
        }
        return value.isTextual() ? text(value.textValue()) : value;
    }

    private ArrayNode shown(ArrayNode array) {
        ArrayNode shown = JSON.createArrayNode();
        Iterator<JsonNode> rows = array.elements();
        while (rows.hasNext()) {
            JsonNode row = shown("", rows.next());
            shown.add(row);
            if (row.isObject() && rows.hasNext()) {
                shown.add("… " + (array.size() - 1) + " more");
                break;
            }
        }
        return shown;
    }

    /** Any string in the form of a JWT counts as a token. */
    private static TextNode text(String text) {
        if (text.startsWith("eyJ")) {
            return TextNode.valueOf("$TOKEN");
        }
        return TextNode.valueOf(text.length() > TEXT_LIMIT ? text.substring(0, TEXT_LIMIT) + "…" : text);
    }

    private JsonNode claims(String idToken) {
        try {
            ObjectNode claims = JSON.createObjectNode();
            Map<String, Object> all = JWTParser.parse(idToken).getJWTClaimsSet().toJSONObject();
            all.forEach((name, value) -> {
                if (!CLAIMS_LEFT_OUT.contains(name)) {
                    claims.set(name, JSON.valueToTree(value));
                }
            });
            return claims;
        } catch (ParseException e) {
            return TextNode.valueOf("$ID_TOKEN");
        }
    }
}
