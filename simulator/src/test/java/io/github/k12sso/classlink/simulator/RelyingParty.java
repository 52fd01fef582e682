package io.github.k12sso.classlink.simulator;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.github.k12sso.classlink.simulator.http.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.LinkedHashMap;
import java.util.Map;

/** A relying party with one client id: builds authorization requests and calls the token endpoint and the APIs. */
final class RelyingParty {
    static final String ID = "test-app";
    static final String SECRET = "s3cret &+%";
    static final String CALLBACK = "https://app.example/callback";

    private final ClassLinkSimulator simulator;
    private final HttpClient http = HttpClient.newHttpClient();

    RelyingParty(ClassLinkSimulator simulator) {
        this.simulator = simulator;
        simulator.registerClient(ID, SECRET, java.util.List.of(CALLBACK));
    }

    /** An authorization request; {@code extra} pairs override the default parameters, and a null value removes one. */
    String authorizePath(String... extra) {
        Map<String, String> parameters = new LinkedHashMap<>();
        parameters.put("client_id", ID);
        parameters.put("redirect_uri", CALLBACK);
        parameters.put("response_type", "code");
        parameters.put("scope", "openid profile email");
        for (int i = 0; i < extra.length; i += 2) {
            if (extra[i + 1] == null) {
                parameters.remove(extra[i]);
            } else {
                parameters.put(extra[i], extra[i + 1]);
            }
        }
        return "/oauth2/v2/auth?" + PersonaBrowser.encode(parameters);
    }

    /** Signs in with a new browser and returns the code. */
    String codeFor(String personaId, String... extra) {
        PersonaBrowser browser = new PersonaBrowser(simulator);
        browser.signIn(personaId);
        return PersonaBrowser.query(PersonaBrowser.location(browser.get(authorizePath(extra))))
                .get("code");
    }

    /** Signs in and returns an access token. */
    String accessTokenFor(String personaId, String... extra) {
        return json(redeem(codeFor(personaId, extra))).get("access_token").asText();
    }

    /** The three documented parameters plus {@code extra}. */
    HttpResponse<String> redeem(String code, String... extra) {
        Map<String, String> form = new LinkedHashMap<>();
        form.put("code", code);
        form.put("client_id", ID);
        form.put("client_secret", SECRET);
        for (int i = 0; i < extra.length; i += 2) {
            form.put(extra[i], extra[i + 1]);
        }
        return post("/oauth2/v2/token", form);
    }

    HttpResponse<String> post(String path, Map<String, String> form, String... headers) {
        return send(request(path, headers)
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(HttpRequest.BodyPublishers.ofString(PersonaBrowser.encode(form))));
    }

    HttpResponse<String> get(String path, String... headers) {
        return send(request(path, headers).GET());
    }

    HttpResponse<String> getAs(String bearer, String path) {
        return get(path, "Authorization", "Bearer " + bearer);
    }

    HttpRequest.Builder request(String path, String... headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(simulator.baseUrl() + path));
        return headers.length == 0 ? request : request.headers(headers);
    }

    HttpResponse<String> send(HttpRequest.Builder request) {
        try {
            return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    HttpClient http() {
        return http;
    }

    static JsonNode json(HttpResponse<String> response) {
        return json(response.body());
    }

    static JsonNode json(String text) {
        try {
            return Json.MAPPER.readTree(text);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }
}
