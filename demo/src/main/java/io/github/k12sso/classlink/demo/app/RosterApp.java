package io.github.k12sso.classlink.demo.app;

import io.javalin.Javalin;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.http.HttpResponseException;
import io.javalin.http.HttpStatus;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.List;
import java.util.Optional;

/** The running app: a web server with its sessions. */
public final class RosterApp implements AutoCloseable {

    private static final System.Logger LOG = System.getLogger(RosterApp.class.getName());

    private final Javalin server;
    private final RoutesConfig routes;
    private final URI baseUrl;
    private final String contentSecurityPolicy;
    private final RosterAppSettings settings;
    private final OpenIdClient keycloak;
    private final SignInRoutes signIn;
    private final ClassesRoute classes;

    private RosterApp(RosterAppSettings settings, Clock clock) {
        this.settings = settings;
        // Signing out redirects to Keycloak, and browsers apply form-action to redirects too.
        this.contentSecurityPolicy =
                "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; form-action 'self' "
                        + settings.issuer().resolve("/").toString().replaceAll("/$", "")
                        + "; base-uri 'none'; frame-ancestors 'none'";
        this.server = Javalin.create(config -> config.startup.showJavalinBanner = false);
        this.routes = server.unsafe.routes;
        server.start(settings.bind(), settings.port()); // before the routes, because the callback URL contains the port
        this.baseUrl = URI.create("http://localhost:" + server.port());
        this.keycloak = new OpenIdClient(settings, baseUrl.resolve("/callback"), clock);
        this.signIn = new SignInRoutes(new BrowserSessions(clock), keycloak);
        this.classes = new ClassesRoute(settings, keycloak, clock);
        routes.before(this::protect);
        pages();
        files();
        failures();
    }

    /** Starts the app; Keycloak and the roster are first called when a user signs in. */
    public static RosterApp start(RosterAppSettings settings) {
        return start(settings, Clock.systemUTC());
    }

    static RosterApp start(RosterAppSettings settings, Clock clock) {
        return new RosterApp(settings, clock);
    }

    /** {@code http://localhost:<port>}, without trailing slash. */
    public URI baseUrl() {
        return baseUrl;
    }

    @Override
    public void close() {
        server.stop();
        classes.close();
    }

    private void pages() {
        routes.get("/", this::home);
        routes.get("/calls", this::calls);
        routes.get("/login", ctx -> signIn.login(ctx, LoginKind.ORDINARY));
        routes.get("/login/classlink", ctx -> signIn.login(ctx, LoginKind.CLASSLINK));
        routes.get("/login/renew", ctx -> signIn.login(ctx, LoginKind.RENEWAL));
        routes.get("/connect", ctx -> signIn.login(ctx, LoginKind.CONNECT));
        routes.get("/callback", signIn::callback);
        routes.post("/logout", signIn::logout);
    }

    private void files() {
        file("style.css", "text/css; charset=utf-8");
        file("app.js", "text/javascript; charset=utf-8");
        file("favicon.svg", "image/svg+xml");
    }

    private void file(String name, String type) {
        String content = resource(name);
        routes.get("/" + name, ctx -> ctx.contentType(type).result(content));
    }

    private void failures() {
        routes.exception(SignInFailedException.class, (e, ctx) -> show(ctx, Pages.signInFailed(e.code())));
        routes.exception(KeycloakUnavailableException.class, (e, ctx) -> {
            LOG.log(System.Logger.Level.WARNING, e.getMessage());
            show(ctx, Pages.keycloakUnavailable());
        });
        routes.exception(HttpResponseException.class, (e, ctx) -> ctx.status(e.getStatus()));
        routes.exception(RuntimeException.class, (e, ctx) -> {
            LOG.log(System.Logger.Level.ERROR, "Failed: " + ctx.method() + " " + ctx.path(), e);
            show(ctx, Pages.broken());
        });
        routes.error(HttpStatus.NOT_FOUND, ctx -> show(ctx, Pages.notFound()));
    }

    private void protect(Context ctx) {
        ctx.header("Content-Security-Policy", contentSecurityPolicy);
        ctx.header("X-Content-Type-Options", "nosniff");
        ctx.header("Referrer-Policy", "no-referrer");
        ctx.header("Cache-Control", "no-store");
    }

    private void home(Context ctx) {
        Optional<BrowserSession> known = signIn.session(ctx);
        if (known.isEmpty()) {
            show(ctx, WelcomePage.of(settings));
            return;
        }
        BrowserSession session = known.get();
        synchronized (session) {
            Optional<SignIn> person = session.signIn();
            if (person.isEmpty()) {
                show(ctx, WelcomePage.of(settings));
                return;
            }
            Optional<HtmlResponse> page = classes.show(session, person.get());
            if (page.isPresent()) {
                show(ctx, page.get());
            } else {
                signIn.redirect(ctx, session, LoginKind.RENEWAL);
            }
        }
    }

    private void calls(Context ctx) {
        List<AppCall> own =
                signIn.session(ctx).map(session -> session.calls().all()).orElse(List.of());
        show(ctx, CallsPage.of(settings, keycloak.sharedCalls().all(), own));
    }

    private static void show(Context ctx, HtmlResponse page) {
        ctx.status(page.status()).html(page.body().markup());
    }

    private static String resource(String name) {
        try (InputStream bytes = RosterApp.class.getResourceAsStream(name)) {
            return new String(bytes.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
