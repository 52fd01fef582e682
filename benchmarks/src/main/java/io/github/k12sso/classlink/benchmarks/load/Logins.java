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
 * Logins one after another on each connection: from URL of the app's authorization request through ClassLink's pages to the
 * redirect with the app's code. A login with any other end counts as failed.
 */
public class Logins extends Simulation {

    private static final String APP = "http://app.example/";
    private static final String NEXT = "next";

    /**
     * The logins to run.
     *
     * @param start URL of the app's authorization request
     * @param classLink base URL of ClassLink
     * @param district the district of the users
     * @param people personas, used cyclically
     * @param connections number of concurrent connections
     * @param perSecond arrival rate that does not wait for earlier logins, instead of connections; 0 for none
     * @param removed the user to delete after each login, which isn't timed
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
     * Deletes the user, so that each login is a first login.
     *
     * @param users URL of the realm's users in the Admin API
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
                .protocols(http.baseUrl(job.classLink().toString()) // because its redirects are relative
                        .acceptHeader("text/html")
                        .disableAutoOrigin() // the Admin API rejects ClassLink's origin
                        .shareConnections());
    }

    private static Session over(Session session) {
        boolean right = !session.isFailed()
                && hasCode(URI.create(session.getString(NEXT)).getQuery());
        Gatling.over(session.getLong("startedAt"), right ? Optional.empty() : Optional.of("no code"));
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
