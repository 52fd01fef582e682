package io.github.k12sso.classlink.benchmarks.load;

import static io.gatling.javaapi.core.CoreDsl.atOnceUsers;
import static io.gatling.javaapi.core.CoreDsl.during;
import static io.gatling.javaapi.core.CoreDsl.exec;
import static io.gatling.javaapi.core.CoreDsl.feed;
import static io.gatling.javaapi.core.CoreDsl.listFeeder;
import static io.gatling.javaapi.core.CoreDsl.regex;
import static io.gatling.javaapi.core.CoreDsl.scenario;
import static io.gatling.javaapi.core.CoreDsl.substring;
import static io.gatling.javaapi.http.HttpDsl.http;
import static io.gatling.javaapi.http.HttpDsl.status;

import io.gatling.javaapi.core.ChainBuilder;
import io.gatling.javaapi.core.Session;
import io.gatling.javaapi.core.Simulation;
import java.net.URI;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Requests that post a Keycloak token to an endpoint: exchange, brokering API or introspection. */
public class TokenRequests extends Simulation {

    /** Text that every response with an access token contains. */
    public static final String TOKEN_ANSWER = "\"access_token\":\"";

    private static final String STATUS = "status";
    private static final String ERROR = "error";

    /** The URL and token of a user. */
    public record Target(URI address, String token) {}

    /**
     * The requests to send.
     *
     * @param targets targets, used cyclically
     * @param form other form fields
     * @param tokenField form field of the token
     * @param expected text that every correct response contains
     * @param seconds 0 for one concurrent request on each connection
     */
    public record Job(
            List<Target> targets,
            Map<String, String> form,
            String tokenField,
            String expected,
            int connections,
            int seconds) {}

    /** Status and OAuth error of a response, without its tokens. */
    private static String response(Session session) {
        return !session.contains(STATUS)
                ? "no response"
                : session.getInt(STATUS) + (session.contains(ERROR) ? " " + session.getString(ERROR) : "");
    }

    public TokenRequests() {
        Job job = Gatling.job(Job.class);
        ChainBuilder request = feed(listFeeder(job.targets().stream()
                                .<Map<String, Object>>map(target ->
                                        Map.of("address", target.address().toString(), "token", target.token()))
                                .toList())
                        .circular())
                .exec(session -> session.removeAll(STATUS, ERROR).set("startedAt", System.nanoTime()))
                .exec(http("token request")
                        .post("#{address}")
                        .formParamMap(new HashMap<String, Object>(job.form()))
                        .formParam(job.tokenField(), "#{token}")
                        .check(
                                status().saveAs(STATUS),
                                regex("\"error\":\"([a-z_]+)\"").optional().saveAs(ERROR),
                                status().is(200),
                                substring(job.expected()).exists()))
                .exec(session -> {
                    Gatling.over(
                            session.getLong("startedAt"),
                            session.isFailed() ? Optional.of(response(session)) : Optional.empty());
                    return session.markAsSucceeded();
                });
        ChainBuilder work = job.seconds() == 0
                ? exec(request)
                : exec(during(Duration.ofSeconds(job.seconds()), "turn", false).on(request));
        setUp(scenario("apps").exec(work).injectOpen(atOnceUsers(job.connections())))
                .protocols(http.shareConnections());
    }
}
