package io.github.k12sso.classlink.simulator.oneroster;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.k12sso.classlink.simulator.district.District;
import io.github.k12sso.classlink.simulator.fault.ErrorBodies;
import io.github.k12sso.classlink.simulator.http.Json;
import io.github.k12sso.classlink.simulator.http.ServerRequest;
import io.github.k12sso.classlink.simulator.http.ServerResponse;
import io.github.k12sso.classlink.simulator.secret.Secret;
import io.github.k12sso.classlink.simulator.secret.Secrets;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * The districts' own Roster Servers, at {@code /servers/{code}}: who asks there signs with OAuth 1.0a
 * (docs/internals/classlink-rosters.md#oauth-10a). Nothing of it is shared with what it tests.
 */
public final class DistrictServers {
    /** How far a timestamp may be from this clock. */
    static final Duration TOLERANCE = Duration.ofMinutes(5);

    private static final Pattern PARAMETER = Pattern.compile("\\s*([a-z_]+)=\"([^\"]*)\"\\s*");
    private static final Map<String, String> METHODS = Map.of("HMAC-SHA256", "HmacSHA256", "HMAC-SHA1", "HmacSHA1");

    private final ApplicationList applications;
    private final Secrets secrets;
    private final Clock clock;
    private final String baseUrl;
    private final Map<String, Long> nonces = new ConcurrentHashMap<>();

    public DistrictServers(ApplicationList applications, Secrets secrets, Clock clock, String baseUrl) {
        this.applications = applications;
        this.secrets = secrets;
        this.clock = clock;
        this.baseUrl = baseUrl;
    }

    /** What a district gives to the partner: {@code client_id}, {@code client_secret}, {@code endpoint_url}. */
    public ObjectNode keyOf(District district) {
        return Json.object()
                .put("client_id", "app-of-" + district.code())
                .put("client_secret", secretOf(district))
                .put("endpoint_url", baseUrl + "/servers/" + district.code());
    }

    ApplicationList applications() {
        return applications;
    }

    private String secretOf(District district) {
        String seed = "key:" + district.code() + ":" + applications.bearerOf(district);
        String secret = UUID.nameUUIDFromBytes(seed.getBytes(StandardCharsets.UTF_8)) + "&+ %";
        secrets.tell(Secret.SecretType.DISTRICT_SECRET, secret, Optional.empty());
        return secret;
    }

    /** {@code GET /applications/{id}/server} with the partner key. */
    public ServerResponse server(ServerRequest request) {
        if (!applications.isPartner(request)) {
            return ErrorBodies.roster(401, "unauthorisedrequest", "the partner key is missing or wrong");
        }
        String[] path = request.rawPath().split("/", -1);
        return applications
                .withId(path[2])
                .map(district -> {
                    ObjectNode body = Json.object().put("status", 1);
                    body.set("server", keyOf(district));
                    return ServerResponse.json(200, body.put("message", ""));
                })
                .orElseGet(() -> ErrorBodies.roster(404, "unknownobject", "unknown oneroster_application_id"));
    }

    /** Why a request may not read a district; empty, it may. */
    Optional<String> objection(ServerRequest request, District district) {
        Optional<String> header =
                request.header("Authorization").filter(value -> value.regionMatches(true, 0, "OAuth ", 0, 6));
        if (header.isEmpty()) {
            return Optional.of("the request is not signed");
        }
        Map<String, String> oauth = parameters(header.get().substring(6));
        String algorithm = METHODS.get(oauth.getOrDefault("oauth_signature_method", ""));
        ObjectNode key = keyOf(district);
        if (algorithm == null || !key.get("client_id").textValue().equals(oauth.get("oauth_consumer_key"))) {
            return Optional.of("the signature method or the consumer key is not known here");
        }
        String expected = sign(algorithm, key.get("client_secret").textValue(), baseString(request, oauth));
        if (!MessageDigest.isEqual(
                expected.getBytes(StandardCharsets.UTF_8),
                oauth.getOrDefault("oauth_signature", "").getBytes(StandardCharsets.UTF_8))) {
            return Optional.of("the signature is wrong");
        }
        return staleness(oauth);
    }

    /** The clock and the nonce; each nonce once. */
    private Optional<String> staleness(Map<String, String> oauth) {
        long now = clock.instant().getEpochSecond();
        String timestamp = oauth.getOrDefault("oauth_timestamp", "");
        if (!timestamp.matches("[0-9]{1,12}") || Math.abs(Long.parseLong(timestamp) - now) > TOLERANCE.toSeconds()) {
            return Optional.of("the timestamp is too old or too new");
        }
        nonces.values().removeIf(seen -> Math.abs(seen - now) > TOLERANCE.toSeconds());
        String nonce = oauth.getOrDefault("oauth_nonce", "");
        boolean fresh = !nonce.isBlank()
                && nonces.putIfAbsent(
                                oauth.get("oauth_consumer_key") + " " + timestamp + " " + nonce,
                                Long.parseLong(timestamp))
                        == null;
        return fresh ? Optional.empty() : Optional.of("the nonce is missing or was used before");
    }

    private static Map<String, String> parameters(String header) {
        Map<String, String> parameters = new LinkedHashMap<>();
        for (String part : header.split(",", -1)) {
            Matcher parameter = PARAMETER.matcher(part);
            if (parameter.matches() && !parameter.group(1).equals("realm")) {
                parameters.put(parameter.group(1), decoded(parameter.group(2)));
            }
        }
        return parameters;
    }

    private String baseString(ServerRequest request, Map<String, String> oauth) {
        List<String> pairs = new ArrayList<>();
        oauth.forEach((name, value) -> {
            if (!name.equals("oauth_signature")) {
                pairs.add(encoded(name) + "=" + encoded(value));
            }
        });
        for (String pair : request.rawQuery().split("&", -1)) {
            int equals = pair.indexOf('=');
            if (!pair.isEmpty()) {
                String name = equals < 0 ? pair : pair.substring(0, equals);
                String value = equals < 0 ? "" : pair.substring(equals + 1);
                pairs.add(form(name) + "=" + form(value));
            }
        }
        // "=" sorts behind some characters that an encoded name may have, so names are compared first
        String sorted = pairs.stream()
                .sorted((one, other) -> {
                    int names = one.substring(0, one.indexOf('=')).compareTo(other.substring(0, other.indexOf('=')));
                    return names != 0 ? names : one.compareTo(other);
                })
                .collect(Collectors.joining("&"));
        return request.method().toUpperCase(Locale.ROOT) + "&" + encoded(baseUrl + request.rawPath()) + "&"
                + encoded(sorted);
    }

    private static String form(String text) {
        return encoded(URLDecoder.decode(text, StandardCharsets.UTF_8));
    }

    private static String decoded(String text) {
        return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8)
                .replace("+", "%20")
                .replace("*", "%2A")
                .replace("%7E", "~");
    }

    private static String sign(String algorithm, String secret, String text) {
        try {
            Mac mac = Mac.getInstance(algorithm);
            mac.init(new SecretKeySpec((encoded(secret) + "&").getBytes(StandardCharsets.US_ASCII), algorithm));
            return Base64.getEncoder().encodeToString(mac.doFinal(text.getBytes(StandardCharsets.US_ASCII)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
