package io.github.k12sso.classlink.benchmarks.load;

import static io.gatling.javaapi.core.CoreDsl.StringBody;
import static io.gatling.javaapi.core.CoreDsl.asLongAs;
import static io.gatling.javaapi.core.CoreDsl.atOnceUsers;
import static io.gatling.javaapi.core.CoreDsl.constantUsersPerSec;
import static io.gatling.javaapi.core.CoreDsl.css;
import static io.gatling.javaapi.core.CoreDsl.csv;
import static io.gatling.javaapi.core.CoreDsl.doIf;
import static io.gatling.javaapi.core.CoreDsl.during;
import static io.gatling.javaapi.core.CoreDsl.exec;
import static io.gatling.javaapi.core.CoreDsl.feed;
import static io.gatling.javaapi.core.CoreDsl.group;
import static io.gatling.javaapi.core.CoreDsl.jsonPath;
import static io.gatling.javaapi.core.CoreDsl.scenario;
import static io.gatling.javaapi.http.HttpDsl.flushCookieJar;
import static io.gatling.javaapi.http.HttpDsl.flushHttpCache;
import static io.gatling.javaapi.http.HttpDsl.header;
import static io.gatling.javaapi.http.HttpDsl.http;
import static io.gatling.javaapi.http.HttpDsl.status;

import io.gatling.javaapi.core.ChainBuilder;
import io.gatling.javaapi.core.Simulation;
import java.time.Duration;

/**
 * People who log in, one after the other on each connection: from the app's request through ClassLink's pages to the redirect
 * that hands the app its code.
 *
 * <p>System properties: {@code start}, the app's request; {@code classLink}, its address; {@code district}; {@code people}, a
 * CSV file with a column {@code persona}; {@code seconds}; either {@code connections}, on which one person comes after the
 * other, or {@code perSecond}, people who come whether those before them are done or not; {@code users}, the admin API's users
 * of the realm, with {@code username} and {@code admin}, a token, if the person's user is to be removed again after the login,
 * which is not timed.
 */
public class Logins extends Simulation {

    public static final String NAME = "login";

    private static final String APP = "http://app.example/";

    public Logins() {
        String users = System.getProperty("users", "");
        String classLink = System.getProperty("classLink");
        ChainBuilder one = feed(csv(System.getProperty("people")).eager().circular())
                .exec(flushCookieJar(), flushHttpCache())
                .exec(login(classLink))
                .exitHereIfFailed()
                .exec(doIf(session -> !users.isEmpty()).then(remove(users)));
        Duration time = Duration.ofSeconds(Integer.getInteger("seconds"));
        String perSecond = System.getProperty("perSecond", "");
        setUp(
                        (perSecond.isEmpty()
                                ? scenario("people")
                                        .exec(during(time).on(one))
                                        .injectOpen(atOnceUsers(Integer.getInteger("connections")))
                                : scenario("people")
                                        .exec(one)
                                        .injectOpen(constantUsersPerSec(Double.parseDouble(perSecond))
                                                .during(time))))
                .protocols(http.baseUrl(classLink).acceptHeader("text/html").shareConnections());
    }

    private static ChainBuilder login(String classLink) {
        return group(NAME)
                .on(exec(
                        http("request")
                                .get(System.getProperty("start"))
                                .check(css("#district-" + System.getProperty("district"), "href")
                                        .saveAs("districtPage")),
                        http("district")
                                .get(classLink + "#{districtPage}")
                                .check(css("form", "action").saveAs("action"))
                                .check(css("input[name=logincallback]", "value").saveAs("callback")),
                        http("person")
                                .post(classLink + "#{action}")
                                .formParam("logincallback", "#{callback}")
                                .formParam("persona", "#{persona}")
                                .disableFollowRedirect()
                                .check(status().in(302, 303), header("Location").saveAs("next")),
                        asLongAs(session -> !session.isFailed()
                                        && !session.getString("next").startsWith(APP))
                                .on(http("redirect")
                                        .get("#{next}")
                                        .disableFollowRedirect()
                                        .check(
                                                status().in(302, 303),
                                                header("Location").saveAs("next")))));
    }

    private static ChainBuilder remove(String users) {
        return exec(
                http("find")
                        .get(users + "?username=" + System.getProperty("username", ""))
                        .header("Authorization", "Bearer " + System.getProperty("admin", ""))
                        .header("Accept", "application/json")
                        .silent()
                        .check(jsonPath("$[0].id").saveAs("id")),
                http("remove")
                        .delete(users + "/#{id}")
                        .header("Authorization", "Bearer " + System.getProperty("admin", ""))
                        .header("Accept", "application/json")
                        .body(StringBody(""))
                        .silent()
                        .check(status().is(204)));
    }
}
