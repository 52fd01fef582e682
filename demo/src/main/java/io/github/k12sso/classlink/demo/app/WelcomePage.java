package io.github.k12sso.classlink.demo.app;

/** The page for users who are not signed in. */
final class WelcomePage {

    /** Users of the local ClassLink, with what each demonstrates. */
    private static final String PEOPLE = """
            <section aria-labelledby="people">
              <h2 id="people">People to sign in as</h2>
              <ul class="people">
                <li><strong>Orla Thistledown</strong><span class="sub">Teacher, Maple Valley Schools</span>
                  Three classes and their students</li>
                <li><strong>Nolan Nomail</strong><span class="sub">Student, Maple Valley Schools</span>
                  Has no email address and can still sign in</li>
                <li><strong>Jordan Samewise</strong><span class="sub">Student in two districts</span>
                  Two people with the same login ID become two users</li>
                <li><strong>Iris Elsewhere</strong><span class="sub">Student, Willow Creek Academy</span>
                  Refused: her district is not in Allowed districts</li>
                <li><strong>no-classlink</strong><span class="sub">Keycloak user, password “demo”</span>
                  Signs in with a password, then connects a ClassLink account</li>
                <li><strong>Any user</strong><span class="sub"><a id="launchpad" href="%s">From LaunchPad</a></span>
                  Opens this app with one click on its tile</li>
              </ul>
            </section>
            """;

    private WelcomePage() {}

    /** @param settings for the URL of LaunchPad and the commands */
    static HtmlResponse of(RosterAppSettings settings) {
        return HtmlResponse.ok(AppFrame.page(
                "Welcome",
                Html.of("""
                        <section class="hero">
                          <h1>Your classes, in one place</h1>
                          <p class="lead">Sign in with the account you use at school to see your classes and who is in them.</p>
                          %s
                        </section>
                        %s
                        <section aria-labelledby="curls">
                          <h2 id="curls">A roster row in two commands</h2>
                          %s
                        </section>
                        """, signInLinks(), Html.of(PEOPLE, settings.classLink() + "/home"), curls(settings))));
    }

    static Html signInLinks() {
        return Html.of("""
                <p class="actions">
                  <a class="button primary" id="sign-in-classlink" href="/login/classlink">Sign in with ClassLink</a>
                  <a class="quiet" id="sign-in" href="/login">Sign in another way</a>
                </p>
                """);
    }

    static Html curls(RosterAppSettings settings) {
        DeviceCurls curls = DeviceCurls.of(settings.issuer(), settings.providerAlias());
        return Html.of("""
                        <ol class="steps">
                          <li>Ask Keycloak for a device code. %s</li>
                          <li>Open the <code>verification_uri_complete</code> that it printed, sign in with ClassLink, and allow
                            access.</li>
                          <li>Get a token for the code, and read one class through the roster gateway. %s</li>
                        </ol>
                        """, command("curl-device", curls.start()), command("curl-row", curls.read()));
    }

    /** Text to copy with the button or by a click that selects all of it. */
    static Html command(String id, String text) {
        return Html.of(
                "<span class=\"command\"><code id=\"%s\">%s</code>"
                        + "<button type=\"button\" class=\"button copy\" data-copy=\"%s\" hidden>Copy</button></span>",
                id, text, id);
    }
}
