package io.github.k12sso.classlink.it.support;

import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jsoup.Jsoup;
import org.jsoup.nodes.Document;

/**
 * The current page of a browser.
 *
 * @param address URL of the page; an app's callback has no page
 * @param status 0 for an app's callback
 */
public record WebPage(URI address, int status, String html) {

    private static final Pattern REFERENCE = Pattern.compile("\\b[2-9A-Z]{4}-[2-9A-Z]{4}\\b");

    public Document document() {
        return Jsoup.parse(html, address.toString());
    }

    /** The visible text. */
    public String text() {
        return document().text();
    }

    /** The text of Keycloak's error page or the message on its login page. */
    public String error() {
        return Optional.ofNullable(document().selectFirst("#kc-error-message, .pf-v5-c-alert, .alert-error"))
                .orElseThrow(() -> new AssertionError("no error message at " + address + ": " + text()))
                .text();
    }

    /** The reference for the administrator. */
    public String reference() {
        Matcher reference = REFERENCE.matcher(error());
        if (!reference.find()) {
            throw new AssertionError("no reference in: " + error());
        }
        return reference.group();
    }

    /** The decoded query parameters of the URL. */
    public Map<String, String> parameters() {
        Map<String, String> parameters = new LinkedHashMap<>();
        Optional.ofNullable(address.getRawQuery()).stream()
                .flatMap(query -> Arrays.stream(query.split("&", -1)))
                .map(pair -> pair.split("=", 2))
                .forEach(pair -> parameters.put(decode(pair[0]), pair.length == 1 ? "" : decode(pair[1])));
        return parameters;
    }

    /** The parameters of the app's callback; empty on a page. Excludes Keycloak's own callback, which has ClassLink's code. */
    public Map<String, String> handedToApp() {
        return status == 0 ? parameters() : Map.of();
    }

    private static String decode(String text) {
        return URLDecoder.decode(text, StandardCharsets.UTF_8);
    }
}
