package io.github.k12sso.classlink.simulator;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URLEncoder;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** A client of district servers with its own implementation of OAuth 1.0a signatures. */
final class OAuthClient {
    private static final String SERVER = "/servers/harborpoint/ims/oneroster/v1p1/";

    private record Parameter(String name, String value) {}

    private final ClassLinkSimulator simulator;
    private final RelyingParty app;

    OAuthClient(ClassLinkSimulator simulator, RelyingParty app) {
        this.simulator = simulator;
        this.app = app;
    }

    /** The OAuth parameters of one request, signed when read. */
    final class Signing {
        private final Map<String, String> oauth = new LinkedHashMap<>();
        private final List<Parameter> query = new ArrayList<>();
        private final String path;
        private String base = simulator.baseUrl().toString();
        private String algorithm = "HmacSHA256";

        private Signing(String path) {
            this.path = path;
            with("oauth_consumer_key", key().get("client_id").textValue());
            with("oauth_signature_method", "HMAC-SHA256");
            with("oauth_timestamp", Long.toString(simulator.clock().instant().getEpochSecond()));
            with("oauth_nonce", UUID.randomUUID().toString());
        }

        /** A null value removes the parameter. */
        Signing with(String name, String value) {
            if (value == null) {
                oauth.remove(name);
            } else {
                oauth.put(name, value);
            }
            return this;
        }

        Signing query(String name, String value) {
            query.add(new Parameter(name, value));
            return this;
        }

        Signing algorithm(String method, String name) {
            algorithm = name;
            return with("oauth_signature_method", method);
        }

        /** The URL that the client signs. */
        Signing base(String url) {
            base = url;
            return this;
        }

        /** The header parameters as {@code name="value"}, joined with the separator. */
        String header(String separator) {
            return "OAuth "
                    + signed().entrySet().stream()
                            .map(parameter -> parameter.getKey() + "=\"" + encode(parameter.getValue()) + "\"")
                            .collect(Collectors.joining(separator));
        }

        /** A header with another nonce. */
        String renewed() {
            return with("oauth_nonce", UUID.randomUUID().toString()).header(",");
        }

        HttpResponse<String> send() {
            return sendWith(header(", "));
        }

        HttpResponse<String> sendWith(String authorization) {
            return app.get(target(), "Authorization", authorization);
        }

        /** Sends all parameters in the query. */
        HttpResponse<String> sendInQuery() {
            return app.get(target(and(query, signed())));
        }

        /** Path and query as sent. */
        String target() {
            return target(query);
        }

        private String target(List<Parameter> parameters) {
            return SERVER + path + (parameters.isEmpty() ? "" : "?" + joined(parameters.stream()));
        }

        private Map<String, String> signed() {
            Stream<Parameter> sorted = and(query, oauth).stream()
                    .sorted(Comparator.comparing((Parameter parameter) -> encode(parameter.name()))
                            .thenComparing(parameter -> encode(parameter.value())));
            String text = "GET&" + encode(base + SERVER + path) + "&" + encode(joined(sorted));
            Map<String, String> signed = new LinkedHashMap<>(oauth);
            signed.putIfAbsent("oauth_signature", hmac(text));
            return signed;
        }

        private String hmac(String text) {
            try {
                Mac mac = Mac.getInstance(algorithm);
                String secret = encode(key().get("client_secret").textValue()) + "&";
                mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), algorithm));
                return Base64.getEncoder().encodeToString(mac.doFinal(text.getBytes(StandardCharsets.UTF_8)));
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    /** @param path below the base path of OneRoster, encoded */
    Signing get(String path) {
        return new Signing(path);
    }

    /** A valid request with changed OAuth parameters. */
    HttpResponse<String> users(Consumer<Signing> change) {
        Signing signing = get("users").query("limit", "50");
        change.accept(signing);
        return signing.send();
    }

    private JsonNode key() {
        return simulator.districtKey("harborpoint");
    }

    private static List<Parameter> and(List<Parameter> parameters, Map<String, String> more) {
        List<Parameter> all = new ArrayList<>(parameters);
        more.forEach((name, value) -> all.add(new Parameter(name, value)));
        return all;
    }

    private static String joined(Stream<Parameter> parameters) {
        return parameters
                .map(parameter -> encode(parameter.name()) + "=" + encode(parameter.value()))
                .collect(Collectors.joining("&"));
    }

    private static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8)
                .replace("+", "%20")
                .replace("*", "%2A")
                .replace("%7E", "~");
    }
}
