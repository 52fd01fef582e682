package io.github.k12sso.classlink.simulator.launchpad;

/** The frame around every page. */
public final class PageFrame {
    private static final String STYLE = """
            body{margin:0;font-family:system-ui,sans-serif;background:#eef2f5;color:#1d2b36}
            header{background:#264653;color:#fff;padding:.8rem 1.5rem;display:flex;justify-content:space-between}
            header b{letter-spacing:.02em}header a{color:#fff}
            main{max-width:56rem;margin:2rem auto;padding:0 1rem}
            h1{font-size:1.5rem}p.note{color:#51636f}
            .grid{display:grid;grid-template-columns:repeat(auto-fill,minmax(15rem,1fr));gap:.8rem;padding:0}
            .card{display:block;box-sizing:border-box;width:100%;text-align:left;font:inherit;background:#fff;color:inherit;
            border:1px solid #cfd8de;border-radius:.5rem;padding:1rem;text-decoration:none;cursor:pointer}
            .card:hover,.card:focus{border-color:#2a9d8f;box-shadow:0 0 0 2px #2a9d8f55}
            .card small{display:block;color:#51636f;margin-top:.25rem}
            .row{display:flex;gap:.8rem;margin-top:1rem}
            """;

    private PageFrame() {}

    /** A page; {@code body} is HTML, {@code title} and {@code corner} are text and HTML. */
    public static String page(String title, String corner, String body) {
        return """
                <!DOCTYPE html>
                <html lang="en"><head><meta charset="utf-8">
                <meta name="viewport" content="width=device-width,initial-scale=1">
                <title>%s – local ClassLink simulator</title><style>%s</style></head>
                <body><header><b>Local ClassLink simulator</b><span>%s</span></header>
                <main><h1>%s</h1>%s</main></body></html>
                """.formatted(escape(title), STYLE, corner, escape(title), body);
    }

    public static String escape(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;")
                .replace("'", "&#39;");
    }
}
