package io.github.k12sso.classlink.it.support;

import java.net.CookieManager;
import java.net.CookiePolicy;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.jsoup.nodes.Element;

/**
 * A simple browser with cookies, redirects, links and forms. It stops at URLs of apps. It is not HtmlUnit or a jsoup session,
 * because {@link Http} searches every response for secrets, including redirects.
 */
public final class Browser {

    private static final int MAX_REDIRECTS = 20;

    private final Http http;
    private final List<URI> visited = new ArrayList<>();
    private Predicate<URI> stop = address -> false;

    public Browser() {
        // Browsers offer HTTP/2 only with TLS. Some servers close the connection on an upgrade offer from Java's
        // client.
        this.http = new Http(HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .cookieHandler(new CookieManager(new LocalhostCookies(), CookiePolicy.ACCEPT_ALL)));
    }

    /** Stops at redirects to matching URLs without requesting them. */
    public Browser stoppingAt(Predicate<URI> where) {
        stop = where;
        return this;
    }

    public WebPage open(URI address) {
        return follow(HttpRequest.newBuilder(address).GET(), address);
    }

    /** Sends an arbitrary request and stores the response's cookies. */
    HttpResponse<String> send(HttpRequest.Builder request) {
        return http.send(request);
    }

    /** Submits the form of a button. */
    public WebPage press(WebPage page, String buttonSelector) {
        return press(page, buttonSelector, Map.of());
    }

    /** Fills in fields of the form by name and submits it. */
    public WebPage press(WebPage page, String buttonSelector, Map<String, String> typed) {
        Element button = require(page, buttonSelector);
        Element form = button.closest("form");
        if (form == null) {
            throw new AssertionError(buttonSelector + " is not in a form at " + page.address());
        }
        Map<String, String> fields = new LinkedHashMap<>();
        form.select("input[name]").forEach(input -> fields.put(input.attr("name"), input.val()));
        fields.putAll(typed);
        if (!button.attr("name").isEmpty()) {
            fields.put(button.attr("name"), button.val());
        }
        URI target =
                form.attr("action").isEmpty() ? page.address() : page.address().resolve(form.attr("action"));
        return follow(Http.form(target, fields), target);
    }

    /** Clicks a link. */
    public WebPage click(WebPage page, String linkSelector) {
        return open(page.address().resolve(require(page, linkSelector).attr("href")));
    }

    /** Every URL requested or redirected to, oldest first. */
    public List<URI> visited() {
        return List.copyOf(visited);
    }

    private WebPage follow(HttpRequest.Builder first, URI start) {
        HttpRequest.Builder request = first;
        URI address = start;
        for (int hop = 0; hop < MAX_REDIRECTS; hop++) {
            visited.add(address);
            HttpResponse<String> answer = http.send(request.header("Accept", "text/html"));
            Optional<String> location = answer.headers().firstValue("Location");
            if (answer.statusCode() < 300 || answer.statusCode() >= 400 || location.isEmpty()) {
                return new WebPage(address, answer.statusCode(), answer.body());
            }
            address = address.resolve(location.get());
            if (stop.test(address)) {
                visited.add(address);
                return new WebPage(address, 0, "");
            }
            request = HttpRequest.newBuilder(address).GET();
        }
        throw new AssertionError("more than " + MAX_REDIRECTS + " redirects: " + visited);
    }

    private static Element require(WebPage page, String selector) {
        Element element = page.document().selectFirst(selector);
        if (element == null) {
            throw new AssertionError("no " + selector + " at " + page.address() + ": " + page.text());
        }
        return element;
    }
}
