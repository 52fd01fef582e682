package io.github.k12sso.classlink.simulator.launchpad;

/** The layout of every page. */
public final class PageFrame {
    private static final String STYLE = """
            :root{color-scheme:light dark;--ink:#1d2b36;--quiet:#51636f;--line:#cfd8de;--paper:#fff;--ground:#eef2f5}
            @media(prefers-color-scheme:dark){:root{--ink:#e4ebf0;--quiet:#9fb0bb;--line:#3a4a55;--paper:#1c272e;--ground:#131b20}}
            body{margin:0;font-family:system-ui,sans-serif;background:var(--ground);color:var(--ink)}
            header{background:#264653;color:#fff;padding:.8rem 1.5rem;display:flex;flex-wrap:wrap;gap:.25rem 1rem;
            justify-content:space-between}
            header b{letter-spacing:.02em}header a{color:#fff}
            main{max-width:56rem;margin:2rem auto;padding:0 1rem}
            h1{font-size:1.5rem}p.note{color:var(--quiet)}
            .grid{display:grid;grid-template-columns:repeat(auto-fill,minmax(15rem,1fr));gap:.8rem;padding:0}
            .card{display:block;box-sizing:border-box;width:100%;text-align:left;font:inherit;background:var(--paper);
            color:inherit;border:1px solid var(--line);border-radius:.5rem;padding:1rem;text-decoration:none;cursor:pointer}
            .card:hover,.card:focus{border-color:#2a9d8f;box-shadow:0 0 0 2px #2a9d8f55}
            .card small{display:block;color:var(--quiet);margin-top:.25rem}
            .row{display:flex;gap:.8rem;margin-top:1rem}
            """;

    private static final String ICON =
            "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 32 32'%3E"
                    + "%3Crect width='32' height='32' rx='8' fill='%23264653'/%3E"
                    + "%3Cpath d='M8 8h7v7H8zm9 0h7v7h-7zM8 17h7v7H8zm9 0h7v7h-7z' fill='%232a9d8f'/%3E%3C/svg%3E";

    private PageFrame() {}

    /** Renders a page; {@code body} and {@code corner} are HTML, {@code title} is text. */
    public static String page(String title, String corner, String body) {
        return """
                <!DOCTYPE html>
                <html lang="en"><head><meta charset="utf-8">
                <meta name="viewport" content="width=device-width,initial-scale=1">
                <link rel="icon" href="%s">
                <title>%s – local ClassLink simulator</title><style>%s</style></head>
                <body><header><b>Local ClassLink simulator</b><span>%s</span></header>
                <main><h1>%s</h1>%s</main></body></html>
                """.formatted(ICON, escape(title), STYLE, corner, escape(title), body);
    }

    public static String escape(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;")
                .replace("'", "&#39;");
    }
}
