package io.github.k12sso.classlink.demo.app;

import io.github.k12sso.classlink.demo.app.SchoolClass.RosterPerson;
import java.time.Duration;
import java.util.List;

/** Every page of the app, and the words on it. */
final class Pages {

    private static final String SIGN_IN_LINKS = """
            <p class="actions">
              <a class="button" id="sign-in" href="/login">Sign in</a>
              <a class="button primary" id="sign-in-classlink" href="/login/classlink">Sign in with ClassLink</a>
            </p>
            """;

    private static final String AGAIN =
            "<p class=\"actions\"><a class=\"button\" id=\"retry\" href=\"/\">Try again</a></p>";

    private Pages() {}

    static HtmlResponse welcome() {
        return HtmlResponse.ok(frame(
                "Welcome",
                Html.NOTHING,
                Html.of("<h1>Your classes, in one place</h1>"
                        + "<p>Sign in to see your classes and who is in them.</p>"
                        + SIGN_IN_LINKS)));
    }

    static HtmlResponse sessionEnded() {
        return HtmlResponse.ok(frame(
                "Signed out",
                Html.NOTHING,
                Html.of("<h1>Your session has ended</h1><p>Please sign in again.</p>" + SIGN_IN_LINKS)));
    }

    static HtmlResponse signInFailed(String code) {
        String reason = code.equals("access_denied")
                ? "The sign-in was cancelled, or your account may not use this app."
                : "The answer did not belong to a sign-in of this browser, or it came too late.";
        return new HtmlResponse(
                400,
                frame(
                        "Sign-in failed",
                        Html.NOTHING,
                        Html.of(
                                "<h1>That did not work</h1><p id=\"sign-in-error\">%s</p><p class=\"code\">%s</p>"
                                        + SIGN_IN_LINKS,
                                reason,
                                code)));
    }

    static HtmlResponse keycloakUnavailable() {
        return new HtmlResponse(
                503,
                frame(
                        "Not answering",
                        Html.NOTHING,
                        Html.of("<h1>The sign-in server is not answering</h1>"
                                + "<p id=\"sign-in-error\">Nothing is wrong with your account. Please try again in a minute.</p>"
                                + AGAIN)));
    }

    static HtmlResponse notFound() {
        return new HtmlResponse(
                404,
                frame(
                        "Not found",
                        Html.NOTHING,
                        Html.of("<h1>No such page</h1><p><a href=\"/\">To the start page</a></p>")));
    }

    static HtmlResponse broken() {
        return new HtmlResponse(
                500, frame("Error", Html.NOTHING, Html.of("<h1>Something went wrong in this app</h1>" + AGAIN)));
    }

    static HtmlResponse classes(SignedInPerson person, List<SchoolClass> classes) {
        if (classes.isEmpty()) {
            return personPage(
                    person, Html.of("<p class=\"note\" id=\"no-classes\">You have no classes this term.</p>"));
        }
        return personPage(
                person,
                Html.of(
                        "<section class=\"classes\">%s</section>",
                        Html.join(classes.stream().map(Pages::card).toList())));
    }

    /** For a person of whom the district shares no roster record. */
    static HtmlResponse noRoster(SignedInPerson person) {
        return personPage(
                person,
                Html.of("<p class=\"note\" id=\"no-roster\">Your district does not share a roster record of yours with"
                        + " this app, so there are no classes to show.</p>"));
    }

    /** For roles that have no classes of their own. */
    static HtmlResponse noClassesForRole(SignedInPerson person) {
        return personPage(
                person,
                Html.of(
                        "<p class=\"note\" id=\"no-classes\">This app shows the classes of teachers and students."
                                + " There is nothing to show for the role %s.</p>",
                        person.role().isBlank() ? "(none)" : person.role()));
    }

    static HtmlResponse rosterUnavailable(SignedInPerson person) {
        return new HtmlResponse(
                502,
                personPage(
                                person,
                                Html.of("<div class=\"note\" id=\"roster-error\"><h2>Your classes cannot be read right"
                                        + " now</h2><p>You are signed in; only the roster is missing.</p>" + AGAIN
                                        + "</div>"))
                        .body());
    }

    static HtmlResponse notLinked(SignedInPerson person) {
        return personPage(
                person,
                Html.of("<div class=\"note\" id=\"exchange-error\"><h2>Your account is not connected to ClassLink</h2>"
                        + "<p>Your classes come from ClassLink. Connect your account once, and they will appear here.</p>"
                        + "<p class=\"actions\"><a class=\"button primary\" id=\"connect-classlink\" href=\"/connect\">"
                        + "Connect ClassLink account</a></p></div>"));
    }

    /** Only after a new sign-in at ClassLink did not help. */
    static HtmlResponse stillExpired(SignedInPerson person) {
        return personPage(
                person,
                Html.of("<div class=\"note\" id=\"exchange-error\"><h2>ClassLink's permission has run out</h2>"
                        + "<p>Signing in again did not renew it. Try once more, or ask your administrator.</p>"
                        + "<p class=\"actions\"><a class=\"button primary\" id=\"sign-in-classlink\" href=\"/login/renew\">"
                        + "Sign in with ClassLink</a></p></div>"));
    }

    /**
     * ClassLink does not answer.
     *
     * @param wait shown rounded up to whole seconds
     */
    static HtmlResponse unavailable(SignedInPerson person, Duration wait) {
        long seconds = Math.max(1, wait.plusMillis(999).toSeconds());
        return new HtmlResponse(
                503,
                personPage(
                                person,
                                Html.of(
                                        "<div class=\"note\" id=\"exchange-error\"><h2>ClassLink is not answering</h2>"
                                                + "<p>Your session is fine, and nothing is lost. Please wait"
                                                + " <span id=\"retry-after\">%s</span> s before the next try.</p>"
                                                + AGAIN + "</div>",
                                        seconds))
                        .body());
    }

    static HtmlResponse denied(SignedInPerson person) {
        return personPage(
                person,
                Html.of("<div class=\"note\" id=\"exchange-error\"><h2>This app may not read your classes</h2>"
                        + "<p>For the administrator: Keycloak refused the token exchange with <code>access_denied</code>."
                        + " The app's client needs the optional scope <code>classlink-token</code>, and the district must"
                        + " be allowed.</p></div>"));
    }

    static HtmlResponse refused(SignedInPerson person, String code) {
        return personPage(
                person,
                Html.of(
                        "<div class=\"note\" id=\"exchange-error\"><h2>Your classes cannot be shown</h2>"
                                + "<p>For the administrator: Keycloak refused the token exchange with"
                                + " <code>%s</code>.</p>" + AGAIN + "</div>",
                        code));
    }

    private static Html card(SchoolClass schoolClass) {
        List<Html> people = schoolClass.people().stream().map(Pages::line).toList();
        return Html.of("""
                <article class="card" id="class-%s">
                  <h2>%s</h2>
                  <p class="sub">%s</p>
                  <ul>%s</ul>
                </article>
                """, schoolClass.sourcedId(), schoolClass.title(), summary(schoolClass), Html.join(people));
    }

    private static String summary(SchoolClass schoolClass) {
        String room = schoolClass.location().isBlank() ? "" : "Room " + schoolClass.location() + " · ";
        int count = schoolClass.people().size();
        return room + (count == 1 ? "1 person" : count + " people");
    }

    private static Html line(RosterPerson person) {
        return Html.of("<li class=\"%s\">%s</li>", person.student() ? "student" : "teacher", person.name());
    }

    private static HtmlResponse personPage(SignedInPerson person, Html content) {
        Html header = Html.of("""
                <span class="who"><strong id="person-name">%s</strong> <span id="person-role">%s</span></span>
                <form method="post" action="/logout"><button class="button" id="sign-out">Sign out</button></form>
                """, person.name(), person.role());
        return HtmlResponse.ok(frame(
                "Classes",
                header,
                Html.of(
                        "<h1>Hello, %s</h1><p class=\"district\" id=\"person-district\">%s</p>%s",
                        person.name(), person.district(), content)));
    }

    private static Html frame(String title, Html header, Html content) {
        return Html.of("""
                <!doctype html>
                <html lang="en">
                <head>
                  <meta charset="utf-8">
                  <meta name="viewport" content="width=device-width, initial-scale=1">
                  <title>%s · Roster app</title>
                  <link rel="stylesheet" href="/style.css">
                </head>
                <body>
                <header><a class="brand" href="/">Roster app</a>%s</header>
                <main>%s</main>
                </body>
                </html>
                """, title, header, content);
    }
}
