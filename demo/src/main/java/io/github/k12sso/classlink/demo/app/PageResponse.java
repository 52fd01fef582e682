package io.github.k12sso.classlink.demo.app;

/** One answer to a browser. */
record PageResponse(int status, Html body) {

    static PageResponse ok(Html body) {
        return new PageResponse(200, body);
    }
}
