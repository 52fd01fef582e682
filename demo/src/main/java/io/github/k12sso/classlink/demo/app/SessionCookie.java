package io.github.k12sso.classlink.demo.app;

import io.javalin.http.Context;
import io.javalin.http.Cookie;
import io.javalin.http.SameSite;

/** The cookie with the id of a {@link BrowserSession}. */
final class SessionCookie {
    private static final String NAME = "roster_app_session";

    private SessionCookie() {}

    /** The id, or null if the browser sent none. */
    static String read(Context ctx) {
        return ctx.cookie(NAME);
    }

    static void set(Context ctx, BrowserSession session) {
        Cookie cookie = new Cookie(NAME, session.id());
        cookie.setPath("/");
        cookie.setHttpOnly(true);
        cookie.setSameSite(SameSite.LAX);
        ctx.cookie(cookie);
    }

    static void remove(Context ctx) {
        ctx.removeCookie(NAME);
    }
}
