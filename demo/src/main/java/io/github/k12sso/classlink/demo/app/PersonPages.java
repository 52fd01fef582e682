package io.github.k12sso.classlink.demo.app;

import io.github.k12sso.classlink.demo.app.SchoolClass.RosterPerson;
import java.time.Duration;
import java.util.List;

/** The pages for a signed-in user, and their texts. */
final class PersonPages {

    private static final String RENEW = "<a class=\"button primary\" id=\"sign-in-classlink\" href=\"/login/renew\">"
            + "Sign in with ClassLink again</a>";
    private static final String CONNECT =
            "<a class=\"button primary\" id=\"connect-classlink\" href=\"/connect\">Connect ClassLink account</a>";

    private PersonPages() {}

    static HtmlResponse classes(SignedInPerson person, List<SchoolClass> classes) {
        if (classes.isEmpty()) {
            return page(person, Html.of("<p class=\"note\" id=\"no-classes\">You have no classes this term.</p>"));
        }
        return page(
                person,
                Html.of(
                        "<section class=\"classes\">%s</section>",
                        Html.join(classes.stream().map(PersonPages::card).toList())));
    }

    /** The progress page, which reloads every second. */
    static HtmlResponse loading(SignedInPerson person, ClassesLoading.Step step) {
        Html bar = step.all() == 0
                ? Html.of("<progress aria-labelledby=\"loading-text\"></progress>")
                : Html.of(
                        "<progress aria-labelledby=\"loading-text\" max=\"%s\" value=\"%s\"></progress>",
                        step.all(), step.done());
        String text = step.all() == 0
                ? "Looking for your classes …"
                : "Read " + step.done() + " of " + step.all() + " classes";
        return HtmlResponse.ok(frame(
                person,
                Html.of("\n  <meta http-equiv=\"refresh\" content=\"1\">"),
                Html.of(
                        "<div class=\"note\" id=\"loading\" role=\"status\"><h2>Reading the roster</h2>"
                                + "<p id=\"loading-text\">%s</p>%s</div>",
                        text, bar)));
    }

    /** For a user whose roster record the district doesn't share. */
    static HtmlResponse noRoster(SignedInPerson person) {
        return page(
                person,
                Html.of("<p class=\"note\" id=\"no-roster\">Your district doesn't share your roster record with"
                        + " this app, so there are no classes to show.</p>"));
    }

    /** For roles without classes. */
    static HtmlResponse noClassesForRole(SignedInPerson person) {
        return page(
                person,
                Html.of(
                        "<p class=\"note\" id=\"no-classes\">This app shows the classes of teachers and students."
                                + " There is nothing to show for the role %s.</p>",
                        person.role().isBlank() ? "(none)" : person.role()));
    }

    static HtmlResponse rosterUnavailable(SignedInPerson person) {
        return page(
                502,
                person,
                Html.of("<div class=\"note\" id=\"roster-error\"><h2>Your classes can't be read right now</h2>"
                        + "<p>You are signed in, but the roster is unavailable.</p>" + Pages.AGAIN + "</div>"));
    }

    /** Explains the 403, offers a remedy and shows the roster's own message. */
    static HtmlResponse rosterRefused(SignedInPerson person, RosterRefusedException refusal) {
        String button =
                switch (refusal.meaning()) {
                    case NOT_LINKED -> "<p class=\"actions\">" + CONNECT + "</p>";
                    case EXPIRED -> "<p class=\"actions\">" + RENEW + "</p>";
                    default -> "";
                };
        String reason = refusal.getMessage().isBlank() ? "no reason given" : refusal.getMessage();
        return page(
                403,
                person,
                Html.of(
                        "<div class=\"note\" id=\"roster-refused\"><h2>You can't read this roster</h2>"
                                + "<p id=\"roster-meaning\">%s</p><p class=\"sub\">The roster service responded with 403:"
                                + " <q id=\"roster-reason\">%s</q></p>" + button + "</div>",
                        refusal.meaning().text(),
                        reason));
    }

    static HtmlResponse notLinked(SignedInPerson person) {
        return page(
                person,
                Html.of("<div class=\"note\" id=\"exchange-error\"><h2>Your account is not connected to ClassLink</h2>"
                        + "<p>Your classes come from ClassLink. Connect your account once to see them here.</p>"
                        + "<p class=\"actions\">" + CONNECT + "</p></div>"));
    }

    /** Shown only after a new sign-in with ClassLink did not help. */
    static HtmlResponse stillExpired(SignedInPerson person) {
        return page(
                person,
                Html.of("<div class=\"note\" id=\"exchange-error\"><h2>Your ClassLink sign-in has expired</h2>"
                        + "<p>Signing in again didn't help. Try once more, or ask your administrator.</p>"
                        + "<p class=\"actions\">" + RENEW + "</p></div>"));
    }

    /**
     * ClassLink does not respond.
     *
     * @param wait shown rounded up to whole seconds
     */
    static HtmlResponse unavailable(SignedInPerson person, Duration wait) {
        long seconds = Math.max(1, wait.plusMillis(999).toSeconds());
        return page(
                503,
                person,
                Html.of(
                        "<div class=\"note\" id=\"exchange-error\"><h2>ClassLink isn't responding</h2>"
                                + "<p>You are still signed in. Please wait"
                                + " <span id=\"retry-after\">%s</span> seconds before you try again.</p>"
                                + Pages.AGAIN + "</div>",
                        seconds));
    }

    static HtmlResponse denied(SignedInPerson person) {
        return page(
                person,
                Html.of(
                        "<div class=\"note\" id=\"exchange-error\"><h2>This app doesn't have access to your classes</h2>"
                                + "<p>For the administrator: Keycloak refused the token exchange with <code>access_denied</code>."
                                + " The app's client needs the optional scope <code>classlink-token</code>, and the district must"
                                + " be allowed.</p></div>"));
    }

    static HtmlResponse refused(SignedInPerson person, String code) {
        return page(
                person,
                Html.of(
                        "<div class=\"note\" id=\"exchange-error\"><h2>Your classes can't be shown</h2>"
                                + "<p>For the administrator: Keycloak refused the token exchange with"
                                + " <code>%s</code>.</p>" + Pages.AGAIN + "</div>",
                        code));
    }

    private static Html card(SchoolClass schoolClass) {
        List<Html> people = schoolClass.people().stream().map(PersonPages::line).toList();
        return Html.of("""
                <article class="card" id="class-%s">
                  <h2>%s</h2>
                  <p class="sub">%s</p>
                  <ul>%s</ul>
                </article>
                """, schoolClass.sourcedId(), schoolClass.title(), summary(schoolClass), Html.join(people));
    }

    /** The room and, if students are listed, their number. */
    private static String summary(SchoolClass schoolClass) {
        long students =
                schoolClass.people().stream().filter(RosterPerson::student).count();
        String room = schoolClass.location().isBlank() ? "" : "Room " + schoolClass.location();
        String count = students == 0 ? "" : students == 1 ? "1 student" : students + " students";
        return room + (room.isEmpty() || count.isEmpty() ? "" : " · ") + count;
    }

    private static Html line(RosterPerson person) {
        return person.student()
                ? Html.of("<li class=\"student\">%s</li>", person.name())
                : Html.of("<li class=\"teacher\">Teacher: %s</li>", person.name());
    }

    private static HtmlResponse page(SignedInPerson person, Html content) {
        return page(200, person, content);
    }

    private static HtmlResponse page(int status, SignedInPerson person, Html content) {
        return new HtmlResponse(status, frame(person, Html.NOTHING, content));
    }

    private static Html frame(SignedInPerson person, Html head, Html content) {
        Html header = Html.of("""
                <a class="quiet" id="calls" href="/calls">What just happened</a>
                <span class="who"><strong id="person-name">%s</strong> <span id="person-role">%s</span></span>
                <form method="post" action="/logout"><button class="button" id="sign-out">Sign out</button></form>
                """, person.name(), person.role());
        return AppFrame.page(
                "Classes",
                head,
                header,
                Html.of(
                        "<h1>Hello, %s</h1><p class=\"lead\" id=\"person-district\">%s</p>%s",
                        person.name(), person.district(), content));
    }
}
