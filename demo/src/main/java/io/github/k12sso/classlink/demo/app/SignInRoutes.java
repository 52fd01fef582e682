package io.github.k12sso.classlink.demo.app;

import com.nimbusds.jwt.JWT;
import io.javalin.http.Context;
import io.javalin.http.HttpStatus;
import java.util.Optional;

/** The routes to Keycloak and back. */
final class SignInRoutes {

    private final BrowserSessions sessions;
    private final OpenIdClient keycloak;

    SignInRoutes(BrowserSessions sessions, OpenIdClient keycloak) {
        this.sessions = sessions;
        this.keycloak = keycloak;
    }

    /** The session of the browser's cookie. */
    Optional<BrowserSession> session(Context ctx) {
        return sessions.find(SessionCookie.read(ctx));
    }

    void login(Context ctx, LoginKind kind) {
        BrowserSession session = session(ctx).orElseGet(() -> {
            BrowserSession created = sessions.create();
            SessionCookie.set(ctx, created);
            return created;
        });
        synchronized (session) {
            if (kind.isFirst()) {
                session.calls().clear();
            }
            redirect(ctx, session, kind);
        }
    }

    /** The caller must hold the session's monitor. */
    void redirect(Context ctx, BrowserSession session, LoginKind kind) {
        LoginAttempt attempt = keycloak.begin(kind);
        session.loginStarted(attempt);
        ctx.redirect(attempt.location().toString());
    }

    void callback(Context ctx) {
        BrowserSession session = session(ctx).orElseThrow(() -> new SignInFailedException("no_session"));
        synchronized (session) {
            LoginAttempt attempt =
                    session.takeAttempt().orElseThrow(() -> new SignInFailedException("no_login_started"));
            session.signedIn(keycloak.complete(attempt, ctx.queryParamMap(), session.calls()));
            SessionCookie.set(ctx, sessions.renew(session));
        }
        ctx.redirect("/");
    }

    void logout(Context ctx) {
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
}
