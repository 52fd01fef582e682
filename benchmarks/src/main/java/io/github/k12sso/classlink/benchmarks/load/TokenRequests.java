package io.github.k12sso.classlink.benchmarks.load;

import static io.gatling.javaapi.core.CoreDsl.atOnceUsers;
import static io.gatling.javaapi.core.CoreDsl.csv;
import static io.gatling.javaapi.core.CoreDsl.during;
import static io.gatling.javaapi.core.CoreDsl.exec;
import static io.gatling.javaapi.core.CoreDsl.feed;
import static io.gatling.javaapi.core.CoreDsl.scenario;
import static io.gatling.javaapi.core.CoreDsl.substring;
import static io.gatling.javaapi.http.HttpDsl.http;
import static io.gatling.javaapi.http.HttpDsl.status;

import io.gatling.javaapi.core.ChainBuilder;
import io.gatling.javaapi.core.Simulation;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Apps that post a Keycloak token to an endpoint: an exchange, the brokering API or introspection.
 *
 * <p>System properties: {@code requests}, a CSV file with the columns {@code address} and {@code token}; {@code form}, the
 * other fields, encoded; {@code tokenField}; {@code expected}, what the body of every right answer contains; {@code connections}; {@code seconds}, 0 for one request on each connection, all
 * at once.
 */
public class TokenRequests extends Simulation {

    public static final String NAME = "token request";

    /** Of every answer with an access token. */
    public static final String TOKEN_ANSWER = "\"access_token\":\"";

    public TokenRequests() {
        int seconds = Integer.getInteger("seconds");
        ChainBuilder request = feed(csv(System.getProperty("requests")).eager().circular())
                .exec(http(NAME)
                        .post("#{address}")
                        .formParamMap(form(System.getProperty("form")))
                        .formParam(System.getProperty("tokenField"), "#{token}")
                        .check(
                                status().is(200),
                                substring(System.getProperty("expected")).exists()));
        ChainBuilder work = seconds == 0
                ? exec(request)
                : exec(during(Duration.ofSeconds(seconds)).on(request));
        setUp(scenario("apps").exec(work).injectOpen(atOnceUsers(Integer.getInteger("connections"))))
                .protocols(http.shareConnections());
    }

    private static Map<String, Object> form(String encoded) {
        return new HashMap<>(Arrays.stream(encoded.split("&", -1))
                .map(field -> field.split("=", 2))
                .collect(Collectors.toMap(
                        field -> field[0], field -> URLDecoder.decode(field[1], StandardCharsets.UTF_8))));
    }
}
