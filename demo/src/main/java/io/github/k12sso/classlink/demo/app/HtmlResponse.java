package io.github.k12sso.classlink.demo.app;

/** An HTML response. */
record HtmlResponse(int status, Html body) {

    static HtmlResponse ok(Html body) {
        return new HtmlResponse(200, body);
    }
}
