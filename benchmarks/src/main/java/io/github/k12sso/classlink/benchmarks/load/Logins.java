package io.github.k12sso.classlink.benchmarks.load;

import static io.gatling.javaapi.core.CoreDsl.StringBody;
import static io.gatling.javaapi.core.CoreDsl.asLongAs;
import static io.gatling.javaapi.core.CoreDsl.atOnceUsers;
import static io.gatling.javaapi.core.CoreDsl.constantUsersPerSec;
import static io.gatling.javaapi.core.CoreDsl.css;
import static io.gatling.javaapi.core.CoreDsl.doIf;
import static io.gatling.javaapi.core.CoreDsl.during;
import static io.gatling.javaapi.core.CoreDsl.exec;
import static io.gatling.javaapi.core.CoreDsl.feed;
import static io.gatling.javaapi.core.CoreDsl.jsonPath;
import static io.gatling.javaapi.core.CoreDsl.listFeeder;
import static io.gatling.javaapi.core.CoreDsl.scenario;
import static io.gatling.javaapi.http.HttpDsl.flushCookieJar;
import static io.gatling.javaapi.http.HttpDsl.flushHttpCache;
import static io.gatling.javaapi.http.HttpDsl.header;
import static io.gatling.javaapi.http.HttpDsl.http;
import static io.gatling.javaapi.http.HttpDsl.status;

import io.gatling.javaapi.core.ChainBuilder;
import io.gatling.javaapi.core.Session;
import io.gatling.javaapi.core.Simulation;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * People who log in, one after the other on each connection: from the app's request through ClassLink's pages to the redirect
 * that hands the app its code. A login that ends elsewhere, or without a code, has failed.
 */
public class Logins extends Simulation {

    private static final String APP = "http://app.example/";
    private static final String NEXT = "next";

    /**
     * Who logs in where.
     *
     * @param start the app's request
     * @param classLink its address
     * @param district of the people
     * @param people personas, one after the other, and again from the first
     * @param connections on which one person comes after the other
     * @param perSecond people who come whether those before them are done or not, instead of connections; 0 for none
     * @param removed the user to remove after each login, which isn't timed
     */
    public record Job(
            URI start,
            URI classLink,
            String district,
            List<String> people,
            int connections,
            double perSecond,
            int seconds,
            Optional<Removal> removed) {

        public Job withConnections(int number) {
            return new Job(start, classLink, district, people, number, perSecond, seconds, removed);
        }

        public Job withSeconds(int number) {
            return new Job(start, classLink, district, people, connections, perSecond, number, removed);
        }

        public Job arriving(double number) {
            return new Job(start, classLink, district, people, connections, number, seconds, removed);
        }

        public Job removing(Removal removal) {
            return new Job(start, classLink, district, people, connections, perSecond, seconds, Optional.of(removal));
        }
    }

    /**
     * Makes each login a first one.
     *
     * @param users the admin API's users of the realm
     * @param admin access token
     */
    public record Removal(String users, String username, String admin) {}

    public Logins() {
        Job job = Gatling.job(Job.class);
        ChainBuilder one = feed(listFeeder(job.people().stream()
                                .<Map<String, Object>>map(persona -> Map.of("persona", persona))
                                .toList())
                        .circular())
                .exec(flushCookieJar(), flushHttpCache())
                .exec(session -> session.set("startedAt", System.nanoTime()))
                .exec(login(job))
                .exec(Logins::over);
        if (job.removed().isPresent()) {
            one = one.exec(remove(job.removed().get()));
        }
        Duration time = Duration.ofSeconds(job.seconds());
        setUp(
                        job.perSecond() == 0
                                ? scenario("people")
                                        .exec(during(time, "turn", false).on(one))
                                        .injectOpen(atOnceUsers(job.connections()))
                                : scenario("people")
                                        .exec(one)
                                        .injectOpen(constantUsersPerSec(job.perSecond())
                                                .during(time)))
                .protocols(http.baseUrl(job.classLink().toString()) // its redirects are relative
                        .disableAutoOrigin() // the admin API refuses a request with ClassLink's
                        .acceptHeader("text/html")
                        .shareConnections());
    }

    private static Session over(Session session) {
        Gatling.over(
                session.getLong("startedAt"),
                !session.isFailed()
                        && hasCode(URI.create(session.getString(NEXT)).getQuery()));
        return session.markAsSucceeded();
    }

    private static boolean hasCode(String query) {
        return query != null && ("&" + query).contains("&code=");
    }

    private static ChainBuilder login(Job job) {
        return exec(
                http("request")
                        .get(job.start().toString())
                        .check(css("#district-" + job.district(), "href").saveAs("districtPage")),
                http("district")
                        .get(job.classLink() + "#{districtPage}")
                        .check(css("form", "action").saveAs("action"))
                        .check(css("input[name=logincallback]", "value").saveAs("callback")),
                http("person")
                        .post(job.classLink() + "#{action}")
                        .formParam("logincallback", "#{callback}")
                        .formParam("persona", "#{persona}")
                        .disableFollowRedirect()
                        .check(status().in(302, 303), header("Location").saveAs(NEXT)),
                asLongAs(session ->
                                !session.isFailed() && !session.getString(NEXT).startsWith(APP))
                        .on(http("redirect")
                                .get("#{next}")
                                .disableFollowRedirect()
                                .check(status().in(302, 303), header("Location").saveAs(NEXT))));
    }

    private static ChainBuilder remove(Removal removal) {
        return exec(doIf(session -> !session.isFailed())
                .then(
                        http("find")
                                .get(removal.users() + "?username=" + removal.username())
                                .header("Authorization", "Bearer " + removal.admin())
                                .header("Accept", "application/json")
                                .check(jsonPath("$[0].id").saveAs("id")),
                        http("remove")
                                .delete(removal.users() + "/#{id}")
                                .header("Authorization", "Bearer " + removal.admin())
                                .header("Accept", "application/json")
                                .body(StringBody(""))
                                .check(status().is(204))));
    }
}
