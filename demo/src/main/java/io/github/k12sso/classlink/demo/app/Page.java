package io.github.k12sso.classlink.demo.app;

/** One answer to a browser. */
record Page(int status, Html body) {

    static Page ok(Html body) {
        return new Page(200, body);
    }
}
