package io.github.k12sso.classlink.demo.app;

import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** A request as it may be shown. Only parameters whose names are known to be harmless are shown. */
final class OutgoingCall {

    private static final Set<String> HARMLESS = Set.of(
            "grant_type",
            "response_type",
            "redirect_uri",
            "client_id",
            "scope",
            "requested_issuer",
            "requested_token_type",
            "subject_token_type",
            "code_challenge_method",
            "kc_idp_hint",
            "kc_action",
            "prompt",
            "limit",
            "error",
            "iss");

    private final String title;
    private final String target;
    private final List<String> lines = new ArrayList<>();
    private final List<String> arguments = new ArrayList<>();
    private final long began = System.nanoTime();
    private String token = "$ACCESS_TOKEN";

    OutgoingCall(String title, String method, URI address) {
        this.title = title;
        String base = address.toString().replaceFirst("\\?.*", "");
        this.target = method + " " + address.getRawPath();
        String query = address.getRawQuery() == null ? "" : "?" + maskedQuery(address.getRawQuery());
        lines.add(method + " " + base + query);
        arguments.add(query.contains("$") ? quoted(base) + expanded(query) : quoted(base + query));
    }

    /** Uses HTTP Basic, with the client secret in {@code $APP_SECRET}. */
    OutgoingCall authenticatedAs(String clientId) {
        lines.add("Authorization: Basic " + clientId + ":$APP_SECRET");
        arguments.add("-u " + quoted(clientId + ":") + "\"$APP_SECRET\"");
        return this;
    }

    /** @param variable such as {@code $ACCESS_TOKEN} */
    OutgoingCall bearer(String variable) {
        lines.add("Authorization: Bearer " + variable);
        arguments.add("-H \"Authorization: Bearer " + variable + "\"");
        return this;
    }

    OutgoingCall form(Map<String, List<String>> parameters) {
        parameters.forEach((name, values) -> values.forEach(value -> {
            lines.add(name + "=" + shown(name, value));
            arguments.add(
                    HARMLESS.contains(name)
                            ? "--data-urlencode " + quoted(name + "=" + value)
                            : "--data-urlencode " + quoted(name + "=") + "\"" + variable(name) + "\"");
        }));
        return this;
    }

    /** Sets the variable that replaces the response's {@code access_token}; default {@code $ACCESS_TOKEN}. */
    OutgoingCall yields(String variable) {
        token = variable;
        return this;
    }

    AppCall answered(int status, String body) {
        return new AppCall(title, target, request(), curl(), status, ShownJson.of(body, token), took());
    }

    /** The response is the URL that the browser returns with. */
    AppCall redirected(URI callback, Map<String, List<String>> parameters) {
        String query = parameters.entrySet().stream()
                .map(parameter ->
                        parameter.getKey() + "=" + shown(parameter.getKey(), String.join(",", parameter.getValue())))
                .collect(Collectors.joining("&"));
        return new AppCall(title, target, request(), curl(), 302, "Location: " + callback + "?" + query, Duration.ZERO);
    }

    AppCall failed(String reason) {
        return new AppCall(title, target, request(), curl(), 0, reason, took());
    }

    private String request() {
        return String.join("\n", lines);
    }

    private String curl() {
        return "curl -sS " + String.join(" \\\n  ", arguments);
    }

    private Duration took() {
        return Duration.ofNanos(System.nanoTime() - began);
    }

    private static String maskedQuery(String query) {
        return Arrays.stream(query.split("&"))
                .map(pair -> {
                    String encoded = pair.replaceFirst("=.*", "").replace("$", "%24");
                    String name = URLDecoder.decode(encoded, StandardCharsets.UTF_8);
                    return HARMLESS.contains(name) ? pair.replace("$", "%24") : encoded + "=" + variable(name);
                })
                .collect(Collectors.joining("&"));
    }

    private static String shown(String name, String value) {
        return HARMLESS.contains(name) ? value : variable(name);
    }

    private static String variable(String name) {
        return name.equals("subject_token")
                ? "$ACCESS_TOKEN"
                : "$" + name.toUpperCase(Locale.ROOT).replaceAll("\\W", "_");
    }

    /** Quotes for a shell that expands the variables; a percent-encoded query contains nothing else to expand. */
    private static String expanded(String query) {
        return "\"" + query.replace("!", "%21") + "\"";
    }

    /** Quotes for a shell without expansion. */
    private static String quoted(String text) {
        return "'" + text.replace("'", "'\\''") + "'";
    }
}
