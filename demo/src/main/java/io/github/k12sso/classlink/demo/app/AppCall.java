package io.github.k12sso.classlink.demo.app;

import java.time.Duration;

/**
 * An HTTP call of the app, as shown on the page <i>What just happened</i>: variable names replace codes, tokens and secrets.
 *
 * @param target method and path
 * @param request method, URL, headers and form parameters, one per line
 * @param curl the same request as a command
 * @param status of the response; 0 if there was none
 * @param answer body of the response, shortened
 * @param took duration; zero if not measured
 */
record AppCall(String title, String target, String request, String curl, int status, String answer, Duration took) {

    boolean failed() {
        return status == 0 || status >= 400;
    }
}
