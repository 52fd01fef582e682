package io.github.k12sso.classlink.simulator.oneroster;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.k12sso.classlink.simulator.district.District;
import io.github.k12sso.classlink.simulator.fault.ErrorBodies;
import io.github.k12sso.classlink.simulator.http.Json;
import io.github.k12sso.classlink.simulator.http.PercentEncoding;
import io.github.k12sso.classlink.simulator.http.ServerRequest;
import io.github.k12sso.classlink.simulator.http.ServerResponse;
import io.github.k12sso.classlink.simulator.secret.Secret;
import io.github.k12sso.classlink.simulator.secret.Secrets;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Clock;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * The districts' own Roster Servers, at {@code /servers/{code}}: requests are signed with OAuth 1.0a
 * (docs/internals/classlink-rosters.md#oauth-10a). Shares no code with the provider.
 */
public final class DistrictServers {
    /** Maximum difference between a timestamp and this clock. */
    static final Duration TOLERANCE = Duration.ofMinutes(5);

    private static final String VERSION = "1.0";
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

    /** The credentials that a district gives to the partner: {@code client_id}, {@code client_secret}, {@code endpoint_url}. */
    public ObjectNode keyOf(District district) {
        return Json.object()
                .put("client_id", "app-of-" + district.code())
                .put("client_secret", secretOf(district))
                .put("endpoint_url", baseUrl + "/servers/" + district.code());
    }

    ApplicationList applications() {
        return applications;
    }

    /** Contains no space, because several ClassLink libraries encode it as {@code +}. */
    private String secretOf(District district) {
        String seed = "key:" + district.code() + ":" + applications.bearerOf(district);
        String secret = UUID.nameUUIDFromBytes(seed.getBytes(StandardCharsets.UTF_8)) + "&+%/=";
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

    /** Why a request is refused; empty if it is allowed. */
    Optional<String> objection(ServerRequest request, District district) {
        Optional<SignedRequest> signed = SignedRequest.read(request);
        if (signed.isEmpty()) {
            return Optional.of("OAuth parameters are malformed or repeated");
        }
        ObjectNode key = keyOf(district);
        String algorithm = METHODS.get(parameter(signed.get(), "oauth_signature_method"));
        if (algorithm == null
                || !parameter(signed.get(), "oauth_consumer_key")
                        .equals(key.get("client_id").textValue())) {
            return Optional.of("the signature method or the consumer key is missing or unknown");
        }
        if (!signed.get().parameter("oauth_version").orElse(VERSION).equals(VERSION)
                || !parameter(signed.get(), "oauth_token").isEmpty()) {
            return Optional.of("the version is not " + VERSION + ", or a token was sent");
        }
        byte[] signature = parameter(signed.get(), "oauth_signature").getBytes(StandardCharsets.UTF_8);
        String secret = key.get("client_secret").textValue();
        return signed.get().baseStrings(baseUrl).stream()
                        .map(text -> sign(algorithm, secret, text).getBytes(StandardCharsets.UTF_8))
                        .noneMatch(expected -> MessageDigest.isEqual(expected, signature))
                ? Optional.of("the signature is wrong")
                : staleness(signed.get());
    }

    private static String parameter(SignedRequest signed, String name) {
        return signed.parameter(name).orElse("");
    }

    /** Checks the timestamp and that the nonce is new. */
    private Optional<String> staleness(SignedRequest signed) {
        long now = clock.instant().getEpochSecond();
        String timestamp = parameter(signed, "oauth_timestamp");
        if (!timestamp.matches("[0-9]{1,12}") || Math.abs(Long.parseLong(timestamp) - now) > TOLERANCE.toSeconds()) {
            return Optional.of("the timestamp is too far in the past or future");
        }
        nonces.values().removeIf(seen -> Math.abs(seen - now) > TOLERANCE.toSeconds());
        String nonce = parameter(signed, "oauth_nonce");
        String once = parameter(signed, "oauth_consumer_key") + " " + timestamp + " " + nonce;
        boolean fresh = !nonce.isBlank() && nonces.putIfAbsent(once, Long.parseLong(timestamp)) == null;
        return fresh ? Optional.empty() : Optional.of("the nonce is missing or was already used");
    }

    private static String sign(String algorithm, String secret, String text) {
        try {
            Mac mac = Mac.getInstance(algorithm);
            byte[] key = (PercentEncoding.encode(secret) + "&").getBytes(StandardCharsets.US_ASCII);
            mac.init(new SecretKeySpec(key, algorithm));
            return Base64.getEncoder().encodeToString(mac.doFinal(text.getBytes(StandardCharsets.US_ASCII)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
