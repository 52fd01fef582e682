package io.github.k12sso.classlink.demo.app;

import java.util.ArrayList;
import java.util.List;

/** The page <i>What just happened</i>, with all calls of the app. */
final class CallsPage {

    private CallsPage() {}

    /**
     * Renders the page.
     *
     * @param shared calls made once for all browsers
     * @param calls the calls of this browser, oldest first
     */
    static HtmlResponse of(RosterAppSettings settings, List<AppCall> shared, List<AppCall> calls) {
        return HtmlResponse.ok(AppFrame.page(
                "What just happened",
                Html.of("""
                        <h1>What just happened</h1>
                        <p class="lead">Every call since you signed in. Names such as <code>$ACCESS_TOKEN</code> stand for codes,
                          tokens and secrets: set them in your shell before you run a command. <code>$APP_SECRET</code> is in the
                          admin console: <i>Clients</i> → <i>roster-app</i> → <i>Credentials</i>. A code can be used once.</p>
                        <p class="actions"><a class="button primary" id="back" href="/">Back to your classes</a></p>
                        %s
                        <h2>Calls made once for all users</h2>
                        %s
                        <h2>Get your own token</h2>
                        <p>These commands need only curl and a browser.</p>
                        %s
                        """, list("call", calls), list("shared-call", shared), WelcomePage.curls(settings))));
    }

    private static Html list(String id, List<AppCall> calls) {
        if (calls.isEmpty()) {
            return Html.of("<p class=\"note\" id=\"no-%ss\">None yet.</p>", id);
        }
        List<Html> items = new ArrayList<>();
        for (AppCall call : calls) {
            items.add(item(id + "-" + (items.size() + 1), call));
        }
        return Html.of("<ol class=\"calls\">%s</ol>", Html.join(items));
    }

    private static Html item(String id, AppCall call) {
        String status = call.status() == 0 ? "no response" : String.valueOf(call.status());
        return Html.of(
                """
                <li><details id="%s"%s>
                  <summary><span class="title">%s</span>
                    <span class="sub"><span class="status%s">%s</span> %s%s</span></summary>
                  <h3>Request</h3><pre>%s</pre>
                  <h3>Response: %s</h3><pre>%s</pre>
                  <h3>As a command</h3>%s
                </details></li>
                """,
                id,
                call.failed() ? Html.of(" open") : Html.NOTHING,
                call.title(),
                call.failed() ? " failed" : "",
                status,
                call.target(),
                call.took().isZero() ? "" : " · " + call.took().toMillis() + " ms",
                call.request(),
                status,
                call.answer(),
                WelcomePage.command(id + "-curl", call.curl()));
    }
}
