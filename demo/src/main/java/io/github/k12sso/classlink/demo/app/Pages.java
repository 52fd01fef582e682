package io.github.k12sso.classlink.demo.app;

/** Pages without a user: failed sign-in and errors. */
final class Pages {

    static final String AGAIN =
            "<p class=\"actions\"><a class=\"button primary\" id=\"retry\" href=\"/\">Try again</a></p>";

    private static final String START =
            "<p class=\"actions\"><a class=\"button primary\" href=\"/\">Go to the start page</a></p>";

    private Pages() {}

    static HtmlResponse sessionEnded() {
        return HtmlResponse.ok(AppFrame.page(
                "Signed out",
                Html.of("<h1>Your session has ended</h1><p>Please sign in again.</p>%s", WelcomePage.signInLinks())));
    }

    static HtmlResponse signInFailed(String code) {
        String reason = code.equals("access_denied")
                ? "The sign-in was cancelled, or your account doesn't have access to this app."
                : "This sign-in was started in another browser or has expired.";
        return new HtmlResponse(
                400,
                AppFrame.page(
                        "Sign-in failed",
                        Html.of(
                                "<h1>You aren't signed in</h1><p id=\"sign-in-error\">%s</p><p class=\"code\">%s</p>%s",
                                reason, code, WelcomePage.signInLinks())));
    }

    static HtmlResponse keycloakUnavailable() {
        return new HtmlResponse(
                503,
                AppFrame.page(
                        "Not available",
                        Html.of("<h1>The sign-in server isn't responding</h1>"
                                + "<p id=\"sign-in-error\">Nothing is wrong with your account. Please try again in a minute.</p>"
                                + AGAIN)));
    }

    static HtmlResponse notFound() {
        return new HtmlResponse(404, AppFrame.page("Not found", Html.of("<h1>Page not found</h1>" + START)));
    }

    static HtmlResponse broken() {
        return new HtmlResponse(
                500, AppFrame.page("Error", Html.of("<h1>Something went wrong in this app</h1>" + AGAIN)));
    }
}
