package io.github.k12sso.classlink.demo.app;

import com.nimbusds.jwt.JWT;
import com.nimbusds.oauth2.sdk.token.BearerAccessToken;
import io.javalin.Javalin;
import io.javalin.http.Context;
import io.javalin.http.HttpResponseException;
import io.javalin.http.HttpStatus;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.Optional;

/** The running app. One instance is one web server with its own sessions. */
public final class RosterApp implements AutoCloseable {

    private static final System.Logger LOG = System.getLogger(RosterApp.class.getName());

    private final Javalin server;
    private final URI baseUrl;
    private final String contentSecurityPolicy;
    private final String stylesheet = resource("style.css");
    private final Clock clock;
    private final BrowserSessions sessions;
    private final OpenIdClient keycloak;
    private final ClassesClient roster;
    private final boolean gateway;

    private RosterApp(RosterAppSettings settings, Clock clock) {
        this.clock = clock;
        this.sessions = new BrowserSessions(clock);
        this.roster = new ClassesClient(settings.rosterUrl());
        this.gateway = settings.gateway();
        this.server = Javalin.create(config -> config.showJavalinBanner = false);
        routes();
        server.start(settings.bind(), settings.port());
        this.baseUrl = URI.create("http://localhost:" + server.port());
        this.keycloak = new OpenIdClient(settings, baseUrl.resolve("/callback"), clock);
        // Signing out ends at Keycloak, and a browser applies form-action to redirects, too.
        this.contentSecurityPolicy = "default-src 'none'; style-src 'self'; form-action 'self' "
                + settings.issuer().resolve("/").toString().replaceAll("/$", "")
                + "; base-uri 'none'; frame-ancestors 'none'";
    }

    /** Starts the app; Keycloak and the roster are first asked when somebody signs in. */
    public static RosterApp start(RosterAppSettings settings) {
        return start(settings, Clock.systemUTC());
    }

    static RosterApp start(RosterAppSettings settings, Clock clock) {
        return new RosterApp(settings, clock);
    }

    /** {@code http://localhost:<port>}, no slash at the end. */
    public URI baseUrl() {
        return baseUrl;
    }

    @Override
    public void close() {
        server.stop();
    }

    private void routes() {
        server.before(this::protect);
        server.get("/", this::home);
        server.get("/login", ctx -> sendToLogin(ctx, LoginKind.ORDINARY));
        server.get("/login/classlink", ctx -> sendToLogin(ctx, LoginKind.CLASSLINK));
        server.get("/login/renew", ctx -> sendToLogin(ctx, LoginKind.RENEWAL));
        server.get("/connect", ctx -> sendToLogin(ctx, LoginKind.CONNECT));
        server.get("/callback", this::callback);
        server.post("/logout", this::logout);
        server.get(
                "/style.css", ctx -> ctx.contentType("text/css; charset=utf-8").result(stylesheet));
        server.exception(SignInFailedException.class, (e, ctx) -> show(ctx, Pages.signInFailed(e.code())));
        server.exception(KeycloakUnavailableException.class, (e, ctx) -> {
            LOG.log(System.Logger.Level.WARNING, e.getMessage());
            show(ctx, Pages.keycloakUnavailable());
        });
        server.exception(HttpResponseException.class, (e, ctx) -> ctx.status(e.getStatus()));
        server.exception(RuntimeException.class, (e, ctx) -> {
            LOG.log(System.Logger.Level.ERROR, "Failed: " + ctx.method() + " " + ctx.path(), e);
            show(ctx, Pages.broken());
        });
        server.error(HttpStatus.NOT_FOUND, ctx -> show(ctx, Pages.notFound()));
    }

    private void protect(Context ctx) {
        ctx.header("Content-Security-Policy", contentSecurityPolicy);
        ctx.header("X-Content-Type-Options", "nosniff");
        ctx.header("Referrer-Policy", "no-referrer");
        ctx.header("Cache-Control", "no-store");
    }

    private void home(Context ctx) {
        Optional<BrowserSession> known = session(ctx);
        if (known.isEmpty()) {
            show(ctx, Pages.welcome());
            return;
        }
        BrowserSession session = known.get();
        synchronized (session) {
            Optional<SignIn> signIn = session.signIn();
            if (signIn.isEmpty()) {
                show(ctx, Pages.welcome());
                return;
            }
            try {
                showClasses(ctx, session, signIn.get());
            } catch (SessionEndedException e) {
                session.signedOut();
                show(ctx, Pages.sessionEnded());
            }
        }
    }

    private void showClasses(Context ctx, BrowserSession session, SignIn before) {
        SignedInPerson person = before.person();
        if (!session.quietFor(clock.instant()).isZero()) {
            show(ctx, Pages.unavailable(person, session.quietFor(clock.instant())));
            return;
        }
        try {
            SignIn signIn = keycloak.fresh(before);
            session.signedIn(signIn);
            HtmlResponse page = classesPage(person, gateway ? bearer(signIn) : keycloak.classLinkToken(signIn));
            session.exchangeWorked();
            show(ctx, page);
        } catch (ExchangeRefusedException e) {
            showRefusal(ctx, session, person, e);
        } catch (RosterTokenRefusedException e) {
            renew(ctx, session, person);
        } catch (RosterRefusedException e) {
            show(ctx, Pages.notLinked(person));
        } catch (RosterUnavailableException e) {
            show(ctx, Pages.rosterUnavailable(person));
        }
    }

    private static BearerAccessToken bearer(SignIn signIn) {
        return new BearerAccessToken(signIn.accessToken().getValue());
    }

    private void showRefusal(
            Context ctx, BrowserSession session, SignedInPerson person, ExchangeRefusedException refusal) {
        switch (refusal.problem()) {
            case NOT_LINKED -> show(ctx, Pages.notLinked(person));
            case TOKEN_EXPIRED -> renew(ctx, session, person);
            case UNAVAILABLE -> {
                session.stayQuietUntil(clock.instant().plus(refusal.retryAfter()));
                show(ctx, Pages.unavailable(person, refusal.retryAfter()));
            }
            case DENIED -> show(ctx, Pages.denied(person));
            case OTHER -> show(ctx, Pages.refused(person, refusal.code()));
        }
    }

    private HtmlResponse classesPage(SignedInPerson person, BearerAccessToken classLinkToken) {
        if (!person.isInRoster()) {
            return Pages.noRoster(person);
        }
        if (!person.isTeacher() && !person.isStudent()) {
            return Pages.noClassesForRole(person);
        }
        return Pages.classes(person, roster.classesOf(person, classLinkToken));
    }

    /** Once: a second expiry without a page in between means that signing in does not help. */
    private void renew(Context ctx, BrowserSession session, SignedInPerson person) {
        if (session.mayRenew()) {
            session.renewalStarted();
            redirectToLogin(ctx, session, LoginKind.RENEWAL);
        } else {
            show(ctx, Pages.stillExpired(person));
        }
    }

    private void sendToLogin(Context ctx, LoginKind kind) {
        BrowserSession session = session(ctx).orElseGet(() -> {
            BrowserSession created = sessions.create();
            SessionCookie.set(ctx, created);
            return created;
        });
        synchronized (session) {
            redirectToLogin(ctx, session, kind);
        }
    }

    private void redirectToLogin(Context ctx, BrowserSession session, LoginKind kind) {
        LoginAttempt attempt = keycloak.begin(kind);
        session.loginStarted(attempt);
        ctx.redirect(attempt.location().toString());
    }

    private void callback(Context ctx) {
        BrowserSession session = session(ctx).orElseThrow(() -> new SignInFailedException("no_session"));
        synchronized (session) {
            LoginAttempt attempt =
                    session.takeAttempt().orElseThrow(() -> new SignInFailedException("no_login_started"));
            session.signedIn(keycloak.complete(attempt, ctx.queryParamMap()));
            SessionCookie.set(ctx, sessions.renew(session));
        }
        ctx.redirect("/");
    }

    private void logout(Context ctx) {
        Optional<BrowserSession> known = session(ctx);
        if (known.isEmpty()) {
            ctx.redirect("/", HttpStatus.SEE_OTHER);
            return;
        }
        BrowserSession session = known.get();
        synchronized (session) {
            sessions.forget(session);
            SessionCookie.remove(ctx);
            JWT idToken = session.signIn().map(SignIn::idToken).orElse(null);
            session.signedOut();
            String target =
                    idToken == null ? "/" : keycloak.signOutLocation(idToken).toString();
            ctx.redirect(target, HttpStatus.SEE_OTHER);
        }
    }

    private Optional<BrowserSession> session(Context ctx) {
        return sessions.find(SessionCookie.read(ctx));
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
