package io.github.k12sso.classlink.benchmarks.load;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/**
 * What Gatling reports of one run. Times are milliseconds, as Gatling rounds them.
 *
 * @param failed requests without the expected answer
 * @param perSecond requests in a second, over the whole run
 */
public record Load(long count, long failed, double perSecond, double mean, double median, double p95, double p99) {

    /** The statistics of the request or group of that name, from the report in a results folder. */
    static Load read(Path results, String name) throws IOException {
        Path report;
        try (Stream<Path> files = Files.walk(results)) {
            report = files.filter(file -> file.endsWith("js/stats.json"))
                    .findFirst()
                    .orElseThrow(() -> new IOException("Gatling left no report in " + results));
        }
        JsonNode statistics = new ObjectMapper().readTree(report.toFile());
        for (JsonNode content : statistics.get("contents")) {
            if (content.get("name").textValue().equals(name)) {
                return of(content.get("stats"));
            }
        }
        throw new IOException("Gatling reports no '" + name + "' in " + report);
    }

    private static Load of(JsonNode stats) {
        return new Load(
                stats.at("/numberOfRequests/total").asLong(),
                stats.at("/numberOfRequests/ko").asLong(),
                stats.at("/meanNumberOfRequestsPerSecond/total").asDouble(),
                stats.at("/meanResponseTime/total").asDouble(),
                stats.at("/percentiles1/total").asDouble(),
                stats.at("/percentiles3/total").asDouble(),
                stats.at("/percentiles4/total").asDouble());
    }
}
