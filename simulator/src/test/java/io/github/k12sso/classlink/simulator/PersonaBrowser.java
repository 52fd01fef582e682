package io.github.k12sso.classlink.simulator;

import io.github.k12sso.classlink.simulator.district.Persona;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.CookieManager;
import java.net.URI;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import org.jsoup.Jsoup;
import org.jsoup.nodes.Document;
import org.jsoup.nodes.Element;

/** A user's browser: stores cookies and follows redirects only on request. */
final class PersonaBrowser {
    private final ClassLinkSimulator simulator;
    private final HttpClient http =
            HttpClient.newBuilder().cookieHandler(new CookieManager()).build();

    PersonaBrowser(ClassLinkSimulator simulator) {
        this.simulator = simulator;
    }

    HttpResponse<String> get(String pathOrUrl) {
        return send(HttpRequest.newBuilder(resolve(pathOrUrl)).GET());
    }

    HttpResponse<String> post(String pathOrUrl, Map<String, String> form) {
        return send(HttpRequest.newBuilder(resolve(pathOrUrl))
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(HttpRequest.BodyPublishers.ofString(encode(form))));
    }

    /** Signs in through the pages and returns the response to the click on the persona. */
    HttpResponse<String> signIn(String personaId, String districtPagePath) {
        Document page = Jsoup.parse(get(districtPagePath).body());
        Element button = page.getElementById("persona-" + personaId);
        Element form = button.closest("form");
        return post(
                form.attr("action"),
                Map.of(
                        button.attr("name"),
                        button.attr("value"),
                        "logincallback",
                        form.selectFirst("input[name=logincallback]").attr("value")));
    }

    HttpResponse<String> signIn(String personaId) {
        Persona persona = simulator.persona(personaId);
        return signIn(personaId, "/" + persona.districtCode());
    }

    URI resolve(String pathOrUrl) {
        return simulator.baseUrl().resolve(pathOrUrl);
    }

    static String location(HttpResponse<?> response) {
        return response.headers().firstValue("Location").orElseThrow();
    }

    /** The query parameters of a URL. */
    static Map<String, String> query(String address) {
        Map<String, String> parameters = new LinkedHashMap<>();
        String query = address.substring(address.indexOf('?') + 1);
        Arrays.stream(query.split("&", -1)).forEach(pair -> {
            int equals = pair.indexOf('=');
            parameters.put(
                    pair.substring(0, equals), URLDecoder.decode(pair.substring(equals + 1), StandardCharsets.UTF_8));
        });
        return parameters;
    }

    static String encode(Map<String, String> parameters) {
        return parameters.entrySet().stream()
                .map(entry -> entry.getKey() + "=" + URLEncoder.encode(entry.getValue(), StandardCharsets.UTF_8))
                .collect(Collectors.joining("&"));
    }

    private HttpResponse<String> send(HttpRequest.Builder request) {
        try {
            return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
