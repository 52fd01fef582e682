package io.github.k12sso.classlink.simulator.http;

import java.time.Instant;
import java.util.Map;

/**
 * A request received by the simulator.
 *
 * @param path the raw path, without query
 * @param parameters query and form parameters
 * @param headers header names as sent, with values; {@code GET /_sim/requests} omits the values
 */
public record RecordedRequest(
        Endpoint endpoint,
        String method,
        String path,
        Map<String, String> parameters,
        Map<String, String> headers,
        Instant at) {

    public RecordedRequest {
        parameters = Map.copyOf(parameters);
        headers = Map.copyOf(headers);
    }
}
