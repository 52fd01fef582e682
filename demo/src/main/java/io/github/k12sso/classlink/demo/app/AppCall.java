package io.github.k12sso.classlink.demo.app;

import java.time.Duration;

/**
 * One HTTP call of the app, as the page <i>What just happened</i> shows it: names of variables stand for codes, tokens and secrets.
 *
 * @param target method and path
 * @param request method, address, headers and form parameters, one per line
 * @param curl the same request as a command
 * @param status of the answer; 0 if there was none
 * @param answer its body, shortened
 * @param took zero if it was not measured
 */
record AppCall(String title, String target, String request, String curl, int status, String answer, Duration took) {

    boolean failed() {
        return status == 0 || status >= 400;
    }
}
