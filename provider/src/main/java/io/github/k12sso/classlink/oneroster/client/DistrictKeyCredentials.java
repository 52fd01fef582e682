package io.github.k12sso.classlink.oneroster.client;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.k12sso.classlink.oneroster.policy.RosterRequest;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Authenticates with a district's key at its Roster Server, with OAuth 1.0a
 * (docs/internals/classlink-rosters.md#oauth-10a).
 */
public final class DistrictKeyCredentials implements RosterCredentials {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String ROOT = "/ims/oneroster/v1p1";
    private static final int NONCE_BYTES = 16;
    private static final int MAX_KEY = 1024;
    private static final SecureRandom RANDOM = new SecureRandom();

    private final Access access;

    private DistrictKeyCredentials(String endpoint, Signature signature, InstantSource clock) {
        this.access = new Access(
                endpoint,
                url -> signature.header("GET", url, nonce(), clock.instant().getEpochSecond()));
    }

    /**
     * Parses a district's vault entry: the response of {@code GET /applications/{id}/server} or its member {@code
     * server}, with {@code client_id}, {@code client_secret} and {@code endpoint_url}.
     *
     * @param clock for timestamps, which the server rejects if its own clock differs
     * @throws RosterFailure with the error, and no content of the entry
     */
    public static DistrictKeyCredentials parse(String text, InstantSource clock) throws RosterFailure {
        JsonNode entry;
        try {
            entry = JSON.readTree(text);
        } catch (JsonProcessingException e) {
            throw invalidEntry("is not JSON"); // without the cause, because its message quotes the text
        }
        JsonNode server = entry.has("server") ? entry.get("server") : entry;
        Signature signature = new Signature(key(server, "client_id"), key(server, "client_secret"));
        return new DistrictKeyCredentials(endpoint(server), signature, clock);
    }

    private static String key(JsonNode server, String member) throws RosterFailure {
        return Optional.ofNullable(server.path(member).textValue())
                .map(String::strip)
                .filter(value -> !value.isEmpty() && value.length() <= MAX_KEY)
                .orElseThrow(() -> invalidEntry("has no " + member));
    }

    private static String endpoint(JsonNode server) throws RosterFailure {
        String url = key(server, "endpoint_url").replaceAll("/+$", "");
        try {
            URI address = new URI(url);
            if (address.getHost() == null || address.getRawQuery() != null || address.getRawFragment() != null) {
                throw invalidEntry("has an endpoint_url that is not a URL such as https://server.example.com");
            }
        } catch (URISyntaxException e) {
            throw invalidEntry("has an endpoint_url that is not a valid URL");
        }
        return url.endsWith(ROOT) ? url.substring(0, url.length() - ROOT.length()) : url;
    }

    private static RosterFailure invalidEntry(String what) {
        return new RosterFailure(
                RosterFailure.Reason.CONFIGURATION,
                "The district's entry in Keycloak's vault " + what
                        + ". It must be a JSON object with client_id, client_secret and endpoint_url");
    }

    private static String nonce() {
        byte[] nonce = new byte[NONCE_BYTES];
        RANDOM.nextBytes(nonce);
        return HexFormat.of().formatHex(nonce);
    }

    @Override
    public Access current() {
        return access;
    }

    /** A district has a single key, which was just read, so there is no replacement. */
    @Override
    public Optional<Access> replace(Access rejected) {
        return Optional.empty();
    }

    @Override
    public RosterFailure rejection() {
        return new RosterFailure(
                RosterFailure.Reason.DISTRICT_WITHDREW,
                "The district's Roster Server rejected the district key. Check that the district still shares "
                        + "with the app, that client_id and client_secret in Keycloak's vault match the Roster "
                        + "Server, and that this server's clock is right");
    }

    /**
     * Signs requests without a body with two-legged OAuth 1.0a (RFC 5849, section 3.4) and HMAC-SHA256. Keycloak's
     * twitter4j library supports only HMAC-SHA1.
     *
     * @param consumerKey the consumer key
     * @param secret the consumer secret
     */
    record Signature(String consumerKey, String secret) {

        private static final String ALGORITHM = "HmacSHA256";

        /**
         * Returns the value of the Authorization header.
         *
         * @param url the percent-encoded URL with its query
         * @param timestamp in epoch seconds
         */
        String header(String method, String url, String nonce, long timestamp) {
            Map<String, String> oauth = new TreeMap<>();
            oauth.put("oauth_consumer_key", consumerKey);
            oauth.put("oauth_nonce", nonce);
            oauth.put("oauth_signature_method", "HMAC-SHA256");
            oauth.put("oauth_timestamp", Long.toString(timestamp));
            oauth.put("oauth_signature", sign(baseString(method, url, oauth)));
            return oauth.entrySet().stream()
                    .map(entry -> entry.getKey() + "=\"" + RosterRequest.encode(entry.getValue()) + "\"")
                    .collect(Collectors.joining(",", "OAuth ", ""));
        }

        /** The signature base string (RFC 5849, section 3.4.1). */
        static String baseString(String method, String url, Map<String, String> oauth) {
            URI address = URI.create(url);
            List<Map.Entry<String, String>> parameters = new ArrayList<>(queryOf(address));
            oauth.forEach((name, value) ->
                    parameters.add(Map.entry(RosterRequest.encode(name), RosterRequest.encode(value))));
            parameters.sort(Map.Entry.<String, String>comparingByKey(Comparator.naturalOrder())
                    .thenComparing(Map.Entry.comparingByValue()));
            String normalized = parameters.stream()
                    .map(each -> each.getKey() + "=" + each.getValue())
                    .collect(Collectors.joining("&"));
            return method.toUpperCase(Locale.ROOT) + "&" + RosterRequest.encode(baseUrl(address)) + "&"
                    + RosterRequest.encode(normalized);
        }

        /**
         * Returns the query parameters, decoded and encoded again as the specification requires (section 3.4.1.3.1).
         */
        private static List<Map.Entry<String, String>> queryOf(URI address) {
            List<Map.Entry<String, String>> parameters = new ArrayList<>();
            if (address.getRawQuery() == null) {
                return parameters;
            }
            for (String pair : address.getRawQuery().split("&", -1)) {
                String[] halves = pair.split("=", 2);
                if (!pair.isEmpty()) {
                    parameters.add(Map.entry(again(halves[0]), halves.length == 1 ? "" : again(halves[1])));
                }
            }
            return parameters;
        }

        private static String again(String encoded) {
            return RosterRequest.encode(URLDecoder.decode(encoded, StandardCharsets.UTF_8));
        }

        /**
         * Returns the base string URI (section 3.4.1.2): host in lower case, without default port and query, path
         * unchanged.
         */
        private static String baseUrl(URI address) {
            String scheme = address.getScheme().toLowerCase(Locale.ROOT);
            boolean usualPort = address.getPort() == -1 || address.getPort() == (scheme.equals("https") ? 443 : 80);
            String path = address.getRawPath();
            return scheme + "://" + address.getHost().toLowerCase(Locale.ROOT)
                    + (usualPort ? "" : ":" + address.getPort())
                    + (path == null || path.isEmpty() ? "/" : path);
        }

        private String sign(String text) {
            try {
                Mac mac = Mac.getInstance(ALGORITHM);
                byte[] key = (RosterRequest.encode(secret) + "&").getBytes(StandardCharsets.US_ASCII);
                mac.init(new SecretKeySpec(key, ALGORITHM));
                return Base64.getEncoder().encodeToString(mac.doFinal(text.getBytes(StandardCharsets.US_ASCII)));
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException("Every Java has HMAC-SHA256", e);
            }
        }

        /** Omits the secret. */
        @Override
        public String toString() {
            return "Signature[…]";
        }
    }
}
