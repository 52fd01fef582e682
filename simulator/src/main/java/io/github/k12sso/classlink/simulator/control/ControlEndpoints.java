package io.github.k12sso.classlink.simulator.control;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.k12sso.classlink.simulator.district.Districts;
import io.github.k12sso.classlink.simulator.fault.Faults;
import io.github.k12sso.classlink.simulator.http.Answer;
import io.github.k12sso.classlink.simulator.http.Endpoint;
import io.github.k12sso.classlink.simulator.http.Exchange;
import io.github.k12sso.classlink.simulator.http.Json;
import io.github.k12sso.classlink.simulator.http.RequestLog;
import io.github.k12sso.classlink.simulator.oauth.Clients;
import io.github.k12sso.classlink.simulator.oauth.RegisteredClient;
import io.github.k12sso.classlink.simulator.oauth.SigningKeys;
import io.github.k12sso.classlink.simulator.oauth.Tokens;
import io.github.k12sso.classlink.simulator.oneroster.Applications;
import io.github.k12sso.classlink.simulator.runtime.SimulatorClock;
import io.github.k12sso.classlink.simulator.runtime.Switches;
import java.time.DateTimeException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** {@code /_sim}: the knobs over HTTP. Neither recorded nor ever faulty. */
public final class ControlEndpoints {
    /** What can be controlled. */
    public record Parts(
            Switches switches,
            Faults faults,
            SimulatorClock clock,
            SigningKeys keys,
            RequestLog requests,
            Tokens tokens,
            Clients clients,
            Districts districts,
            Applications applications) {}

    private final Parts parts;
    private final SwitchBoard switches;
    private final StateJson state;

    public ControlEndpoints(Parts parts) {
        this.parts = parts;
        this.switches = new SwitchBoard(parts.switches());
        this.state = new StateJson(parts, switches);
    }

    /** Everything that can be turned and how it stands; a page for browsers, JSON for the rest. */
    public Answer overview(Exchange exchange) {
        ObjectNode whole = state.all();
        boolean browser = exchange.header("Accept")
                .filter(accept -> accept.contains("text/html"))
                .isPresent();
        return browser ? Answer.html(200, ControlPage.of(whole)) : Answer.json(200, whole);
    }

    public Answer injectFault(Exchange exchange) {
        return on(exchange, json -> {
            Endpoint endpoint = Endpoint.ofKey(json.path("endpoint").asText())
                    .orElseThrow(() -> new BadControlRequest(
                            "unknown endpoint " + json.path("endpoint").asText()));
            parts.faults().inject(endpoint, new FaultRequest(json).fault());
            return state.faults();
        });
    }

    /** All of them, or those of {@code ?endpoint=}. */
    public Answer clearFaults(Exchange exchange) {
        Optional<String> key = exchange.parameter("endpoint");
        if (key.isEmpty()) {
            parts.faults().clear();
        } else {
            Optional<Endpoint> endpoint = Endpoint.ofKey(key.get());
            if (endpoint.isEmpty()) {
                return bad("unknown endpoint " + key.get());
            }
            parts.faults().clear(endpoint.get());
        }
        return Answer.json(200, state.faults());
    }

    /** {@code {"advance":"PT5M"}} (ISO 8601) or {@code {"reset":true}}. */
    public Answer moveClock(Exchange exchange) {
        return on(exchange, json -> {
            if (json.path("reset").asBoolean()) {
                parts.clock().reset();
            }
            if (json.hasNonNull("advance")) {
                parts.clock().advance(duration(json.get("advance").asText()));
            }
            return state.clock();
        });
    }

    /** {@code {"drop":true}} publishes the new key only. */
    public Answer rotateKeys(Exchange exchange) {
        return on(exchange, json -> {
            if (json.path("drop").asBoolean()) {
                parts.keys().rotateAndDropOld();
            } else {
                parts.keys().rotate();
            }
            return Json.object().put("kid", parts.keys().current().getKeyID());
        });
    }

    /** {@code {"refresh":true}} ends the refresh tokens too. */
    public Answer expireTokens(Exchange exchange) {
        return on(exchange, json -> {
            if (json.path("refresh").asBoolean()) {
                parts.tokens().endAllGrants();
            } else {
                parts.tokens().expireAccessTokens();
            }
            return Json.object().put("expired", true);
        });
    }

    public Answer turnSwitches(Exchange exchange) {
        return on(exchange, json -> {
            switches.turn(json);
            return switches.read();
        });
    }

    /** {@code {"id":…,"secret":…,"redirectUris":[…],"launchUrl":…}}; adds or replaces. */
    public Answer registerClient(Exchange exchange) {
        return on(exchange, json -> {
            List<String> redirectUris = new ArrayList<>();
            json.path("redirectUris").forEach(uri -> redirectUris.add(uri.asText()));
            if (!json.hasNonNull("id") || !json.hasNonNull("secret") || redirectUris.isEmpty()) {
                throw new BadControlRequest("id, secret and redirectUris are needed");
            }
            RegisteredClient plain = RegisteredClient.of(
                    json.get("id").asText(), json.get("secret").asText(), redirectUris);
            String launchUrl = json.path("launchUrl").asText(plain.launchUrl());
            parts.clients().register(new RegisteredClient(plain.id(), plain.secret(), plain.redirectUris(), launchUrl));
            return state.clients();
        });
    }

    /** {@code {"district":…,"enabled":false,"rotateBearer":true,"changePermissions":true}}. */
    public Answer changeDistrict(Exchange exchange) {
        return on(exchange, json -> {
            String code = json.path("district").asText();
            if (parts.districts().withCode(code).isEmpty()) {
                throw new BadControlRequest("unknown district " + code);
            }
            if (json.hasNonNull("enabled")) {
                parts.applications().enabled(code, json.get("enabled").asBoolean());
            }
            if (json.path("rotateBearer").asBoolean()) {
                parts.applications().rotateBearer(code);
            }
            if (json.path("changePermissions").asBoolean()) {
                parts.applications().changePermissions(code);
            }
            return state.districts();
        });
    }

    public Answer recordedRequests(Exchange exchange) {
        return Answer.json(200, state.requests());
    }

    public Answer forgetRequests(Exchange exchange) {
        parts.requests().clear();
        return Answer.json(200, Json.array());
    }

    private static Answer on(Exchange exchange, Function<JsonNode, JsonNode> action) {
        try {
            return Answer.json(200, action.apply(json(exchange)));
        } catch (BadControlRequest e) {
            return bad(e.getMessage());
        }
    }

    private static JsonNode json(Exchange exchange) {
        if (exchange.body().isBlank()) {
            return Json.object();
        }
        try {
            return Json.MAPPER.readTree(exchange.body());
        } catch (JsonProcessingException e) {
            throw new BadControlRequest("the body is not JSON");
        }
    }

    private static Duration duration(String text) {
        try {
            return Duration.parse(text);
        } catch (DateTimeException e) {
            throw new BadControlRequest("not a duration such as PT5M: " + text);
        }
    }

    private static Answer bad(String message) {
        return Answer.json(400, Json.object().put("message", message));
    }
}
