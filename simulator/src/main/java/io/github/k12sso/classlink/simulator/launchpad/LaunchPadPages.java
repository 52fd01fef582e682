package io.github.k12sso.classlink.simulator.launchpad;

import io.github.k12sso.classlink.simulator.district.District;
import io.github.k12sso.classlink.simulator.district.Districts;
import io.github.k12sso.classlink.simulator.district.Persona;
import io.github.k12sso.classlink.simulator.http.ServerRequest;
import io.github.k12sso.classlink.simulator.http.ServerResponse;
import io.github.k12sso.classlink.simulator.oauth.AuthorizeEndpoint;
import io.github.k12sso.classlink.simulator.oauth.Clients;
import io.github.k12sso.classlink.simulator.oauth.RegisteredClient;
import io.github.k12sso.classlink.simulator.oauth.SignedIn;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The pages that users see: find your district, sign in, home with tiles, consent, sign out
 * (docs/internals/classlink-protocol.md#hosts, #authorization-request, #launchpad-tiles).
 */
public final class LaunchPadPages implements AuthorizeEndpoint.AuthorizePages {
    private final Districts districts;
    private final Clients clients;
    private final Sessions sessions;

    public LaunchPadPages(Districts districts, Clients clients, Sessions sessions) {
        this.districts = districts;
        this.clients = clients;
        this.sessions = sessions;
    }

    /** The generic page, on which users choose their district. */
    public ServerResponse findDistrict(ServerRequest request) {
        Optional<String> callback = ReturnPath.of(request.parameter("logincallback"));
        if (sessions.of(request).isPresent()) {
            return ServerResponse.redirect(callback.orElse("/home"));
        }
        String query = callback.map(path -> "?logincallback=" + URLEncoder.encode(path, StandardCharsets.UTF_8))
                .orElse("");
        String links = districts.all().stream()
                .map(district -> "<a class=\"card\" id=\"district-%s\" href=\"/%s%s\">%s<small>Tenant %d</small></a>"
                        .formatted(
                                district.code(),
                                district.code(),
                                PageFrame.escape(query),
                                PageFrame.escape(district.name()),
                                district.tenantId()))
                .collect(Collectors.joining("\n"));
        return ServerResponse.html(
                200,
                PageFrame.page(
                        "Find your login page",
                        "",
                        "<p class=\"note\">Choose your district.</p><div class=\"grid\">" + links + "</div>"));
    }

    /** A district's sign-in page: no passwords, one button per persona. */
    public ServerResponse signInPage(ServerRequest request) {
        Optional<District> district = districts.withCode(request.pathParameter("district"));
        if (district.isEmpty()) {
            return ServerResponse.html(404, error("Page not found", "No district has this address."));
        }
        String code = district.get().code();
        String callback = ReturnPath.of(request.parameter("logincallback")).orElse("");
        String buttons = districts.personas().stream()
                .filter(persona -> persona.districtCode().equals(code))
                .map(LaunchPadPages::button)
                .collect(Collectors.joining("\n"));
        return ServerResponse.html(200, PageFrame.page(district.get().name(), "", """
                        <p class="note">Sign in as one of these fictional people.</p>
                        <form method="post" action="/%s/login">
                        <input type="hidden" name="logincallback" value="%s"><div class="grid">%s</div></form>
                        """.formatted(
                        code, PageFrame.escape(callback), buttons)));
    }

    public ServerResponse signIn(ServerRequest request) {
        Optional<Persona> persona = request.parameter("persona")
                .flatMap(districts::persona)
                .filter(found -> found.districtCode().equals(request.pathParameter("district")));
        if (persona.isEmpty()) {
            return ServerResponse.html(404, error("Unknown person", "This district has no such person."));
        }
        String target = ReturnPath.of(request.parameter("logincallback")).orElse("/home");
        return ServerResponse.redirect(target).header("Set-Cookie", sessions.start(persona.get()));
    }

    /**
     * Ends the LaunchPad session only; applications are not notified
     * (docs/internals/classlink-protocol.md#districts-and-logout).
     */
    public ServerResponse signOut(ServerRequest request) {
        return ServerResponse.redirect("/").header("Set-Cookie", sessions.end(request));
    }

    public ServerResponse home(ServerRequest request) {
        Optional<SignedIn> user = sessions.of(request);
        if (user.isEmpty()) {
            return ServerResponse.redirect("/?logincallback=%2Fhome");
        }
        String tiles = clients.all().stream()
                .map(client ->
                        "<a class=\"card\" id=\"tile-%s\" href=\"/launch/%s\">%s<small>Opens without asking</small></a>"
                                .formatted(
                                        PageFrame.escape(client.id()),
                                        URLEncoder.encode(client.id(), StandardCharsets.UTF_8)
                                                .replace("+", "%20"),
                                        PageFrame.escape(client.id())))
                .collect(Collectors.joining("\n"));
        return ServerResponse.html(
                200, PageFrame.page("LaunchPad", corner(user.get()), "<div class=\"grid\">" + tiles + "</div>"));
    }

    @Override
    public String consent(SignedIn user, RegisteredClient client, Set<String> scopes) {
        return PageFrame.page(
                "Allow " + client.id() + "?", corner(user), """
                <p>The application asks for: <b>%s</b></p>
                <form method="post" class="row">
                <button class="card" id="consent-allow" name="decision" value="allow">Allow</button>
                <button class="card" id="consent-deny" name="decision" value="deny">Deny</button></form>
                """.formatted(PageFrame.escape(String.join(", ", scopes))));
    }

    @Override
    public String error(String title, String explanation) {
        return PageFrame.page(title, "", "<p id=\"error\">" + PageFrame.escape(explanation) + "</p>");
    }

    /**
     * LaunchPad's {@code /oauth2/v2/userinfo} returns an HTML page, not JSON (docs/internals/classlink-protocol.md#hosts,
     * docs/internals/classlink-traps.md#trap-12).
     */
    public ServerResponse notUserinfo(ServerRequest request) {
        return ServerResponse.html(
                200, PageFrame.page("LaunchPad", "", "<p class=\"note\">This is not the userinfo endpoint.</p>"));
    }

    private static String button(Persona persona) {
        return "<button class=\"card\" id=\"persona-%s\" name=\"persona\" value=\"%s\">%s<small>%s · %s</small></button>"
                .formatted(
                        PageFrame.escape(persona.id()),
                        PageFrame.escape(persona.id()),
                        PageFrame.escape(persona.displayName()),
                        PageFrame.escape(persona.role()),
                        PageFrame.escape(persona.id()));
    }

    private static String corner(SignedIn user) {
        return PageFrame.escape(user.persona().displayName()) + ", "
                + PageFrame.escape(user.persona().tenantName())
                + " · <a id=\"sign-out\" href=\"/logout\">Sign out</a>";
    }
}
