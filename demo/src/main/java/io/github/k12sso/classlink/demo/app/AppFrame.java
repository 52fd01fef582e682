package io.github.k12sso.classlink.demo.app;

/** The layout of every page. */
final class AppFrame {

    private AppFrame() {}

    static Html page(String title, Html content) {
        return page(title, Html.NOTHING, Html.NOTHING, content);
    }

    /** @param head additional elements for the document's head */
    static Html page(String title, Html head, Html header, Html content) {
        return Html.of("""
                <!doctype html>
                <html lang="en">
                <head>
                  <meta charset="utf-8">
                  <meta name="viewport" content="width=device-width, initial-scale=1">
                  <meta name="color-scheme" content="light dark">
                  <title>%s · Roster app</title>
                  <link rel="icon" href="/favicon.svg" type="image/svg+xml">
                  <link rel="stylesheet" href="/style.css">
                  <script src="/app.js" defer></script>%s
                </head>
                <body>
                <header><a class="brand" href="/"><img src="/favicon.svg" alt="" width="28" height="28">Roster app</a>%s</header>
                <main>%s</main>
                </body>
                </html>
                """, title, head, header, content);
    }
}
