package io.github.k12sso.classlink.simulator.control;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.k12sso.classlink.simulator.fault.Fault;
import java.time.Duration;
import java.util.Locale;

/** A fault in JSON: {@code {"endpoint":"token","kind":"status","status":503,"retryAfter":7,"times":2}}. */
final class FaultRequest {
    private final JsonNode json;

    FaultRequest(JsonNode json) {
        this.json = json;
    }

    Fault fault() {
        Fault fault =
                switch (kind()) {
                    case STATUS -> status();
                    case DELAY -> Fault.delay(millis());
                    case STALL -> Fault.stall(millis());
                    case RESET -> Fault.reset();
                    case ANSWER_LOST -> Fault.answerLost();
                    case TRUNCATED -> Fault.truncated();
                    case MALFORMED_JSON -> Fault.malformedJson();
                    case WRONG_TYPE -> Fault.wrongType();
                    case WRONG_SHAPE -> Fault.wrongShape();
                    case OVERSIZE -> Fault.oversize(required("bytes").asLong());
                    case DRIP -> Fault.drip(millis());
                    case REDIRECT -> Fault.redirect(required("location").asText());
                    case EMPTY -> Fault.empty();
                };
        if (json.has("retryAfter")) {
            fault = fault.retryAfter(json.get("retryAfter").asInt());
        }
        return json.has("times") ? fault.times(json.get("times").asInt()) : fault;
    }

    private Fault status() {
        Fault fault = Fault.status(required("status").asInt());
        return json.has("body") ? fault.body(json.get("body").asText()) : fault;
    }

    private Fault.Effect kind() {
        String name = required("kind").asText();
        try {
            return Fault.Effect.valueOf(name.toUpperCase(Locale.ROOT).replace('-', '_'));
        } catch (IllegalArgumentException e) {
            throw new BadControlRequest("unknown kind " + name);
        }
    }

    private Duration millis() {
        return Duration.ofMillis(required("millis").asLong());
    }

    private JsonNode required(String name) {
        if (!json.hasNonNull(name)) {
            throw new BadControlRequest(name + " is missing");
        }
        return json.get(name);
    }
}
