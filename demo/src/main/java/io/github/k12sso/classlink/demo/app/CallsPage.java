package io.github.k12sso.classlink.demo.app;

import java.util.ArrayList;
import java.util.List;

/** <i>What just happened</i>: every call behind the page that was shown. */
final class CallsPage {

    private CallsPage() {}

    /**
     * The calls.
     *
     * @param shared made once for all browsers
     * @param calls of this browser, oldest first
     */
    static HtmlResponse of(RosterAppSettings settings, List<AppCall> shared, List<AppCall> calls) {
        return HtmlResponse.ok(AppFrame.page(
                "What just happened",
                Html.of("""
                        <h1>What just happened</h1>
                        <p class="lead">Every call since you signed in. Names such as <code>$ACCESS_TOKEN</code> stand for codes,
                          tokens and secrets: set them in your shell before you run a command. <code>$APP_SECRET</code> is in the
                          admin console: <i>Clients</i> → <i>roster-app</i> → <i>Credentials</i>. A code works once.</p>
                        <p class="actions"><a class="button primary" id="back" href="/">Back to your classes</a></p>
                        %s
                        <h2>Once for all users of the app</h2>
                        %s
                        <h2>A token of your own</h2>
                        <p>These commands need nothing but curl and a browser.</p>
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
        String status = call.status() == 0 ? "no answer" : String.valueOf(call.status());
        return Html.of(
                """
                <li><details id="%s"%s>
                  <summary><span class="title">%s</span>
                    <span class="sub"><span class="status%s">%s</span> %s%s</span></summary>
                  <h3>Request</h3><pre>%s</pre>
                  <h3>Answer: %s</h3><pre>%s</pre>
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
