package io.github.k12sso.classlink.simulator.control;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.k12sso.classlink.simulator.district.Districts;
import io.github.k12sso.classlink.simulator.fault.Faults;
import io.github.k12sso.classlink.simulator.http.Endpoint;
import io.github.k12sso.classlink.simulator.http.Json;
import io.github.k12sso.classlink.simulator.http.RequestLog;
import io.github.k12sso.classlink.simulator.http.ServerRequest;
import io.github.k12sso.classlink.simulator.http.ServerResponse;
import io.github.k12sso.classlink.simulator.oauth.Clients;
import io.github.k12sso.classlink.simulator.oauth.IdTokenKeys;
import io.github.k12sso.classlink.simulator.oauth.RegisteredClient;
import io.github.k12sso.classlink.simulator.oauth.Tokens;
import io.github.k12sso.classlink.simulator.oneroster.ApplicationList;
import io.github.k12sso.classlink.simulator.runtime.SimulatorClock;
import io.github.k12sso.classlink.simulator.runtime.Switches;
import java.time.DateTimeException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** {@code /_sim}: the control API. Its requests are not recorded and have no faults. */
public final class ControlEndpoints {
    /** The parts of the simulator that can be controlled. */
    public record Parts(
            Switches switches,
            Faults faults,
            SimulatorClock clock,
            IdTokenKeys keys,
            RequestLog requests,
            Tokens tokens,
            Clients clients,
            Districts districts,
            ApplicationList applications) {}

    private final Parts parts;
    private final SwitchBoard switches;
    private final StateJson state;

    public ControlEndpoints(Parts parts) {
        this.parts = parts;
        this.switches = new SwitchBoard(parts.switches());
        this.state = new StateJson(parts, switches);
    }

    /** The state of all controls: an HTML page for browsers, JSON for other clients. */
    public ServerResponse overview(ServerRequest request) {
        ObjectNode whole = state.all();
        boolean browser = request.header("Accept")
                .filter(accept -> accept.contains("text/html"))
                .isPresent();
        return browser ? ServerResponse.html(200, ControlPage.of(whole)) : ServerResponse.json(200, whole);
    }

    public ServerResponse injectFault(ServerRequest request) {
        return on(request, json -> {
            Endpoint endpoint = Endpoint.ofKey(json.path("endpoint").asText())
                    .orElseThrow(() -> new BadControlRequest(
                            "unknown endpoint " + json.path("endpoint").asText()));
            parts.faults().inject(endpoint, new FaultRequest(json).fault());
            return state.faults();
        });
    }

    /** Clears all faults, or those of {@code ?endpoint=}. */
    public ServerResponse clearFaults(ServerRequest request) {
        Optional<String> key = request.parameter("endpoint");
        if (key.isEmpty()) {
            parts.faults().clear();
        } else {
            Optional<Endpoint> endpoint = Endpoint.ofKey(key.get());
            if (endpoint.isEmpty()) {
                return bad("unknown endpoint " + key.get());
            }
            parts.faults().clear(endpoint.get());
        }
        return ServerResponse.json(200, state.faults());
    }

    /** {@code {"advance":"PT5M"}} (ISO 8601) or {@code {"reset":true}}. */
    public ServerResponse moveClock(ServerRequest request) {
        return on(request, json -> {
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
    public ServerResponse rotateKeys(ServerRequest request) {
        return on(request, json -> {
            if (json.path("drop").asBoolean()) {
                parts.keys().rotateAndDropOld();
            } else {
                parts.keys().rotate();
            }
            return Json.object().put("kid", parts.keys().current().getKeyID());
        });
    }

    /** {@code {"refresh":true}} expires the refresh tokens too. */
    public ServerResponse expireTokens(ServerRequest request) {
        return on(request, json -> {
            if (json.path("refresh").asBoolean()) {
                parts.tokens().endAllGrants();
            } else {
                parts.tokens().expireAccessTokens();
            }
            return Json.object().put("expired", true);
        });
    }

    public ServerResponse turnSwitches(ServerRequest request) {
        return on(request, json -> {
            switches.turn(json);
            return switches.read();
        });
    }

    /** {@code {"id":…,"secret":…,"redirectUris":[…],"launchUrl":…}}; adds or replaces. */
    public ServerResponse registerClient(ServerRequest request) {
        return on(request, json -> {
            List<String> redirectUris = new ArrayList<>();
            json.path("redirectUris").forEach(uri -> redirectUris.add(uri.asText()));
            if (!json.hasNonNull("id") || !json.hasNonNull("secret") || redirectUris.isEmpty()) {
                throw new BadControlRequest("id, secret and redirectUris are required");
            }
            RegisteredClient plain = RegisteredClient.of(
                    json.get("id").asText(), json.get("secret").asText(), redirectUris);
            String launchUrl = json.path("launchUrl").asText(plain.launchUrl());
            parts.clients().register(new RegisteredClient(plain.id(), plain.secret(), plain.redirectUris(), launchUrl));
            return state.clients();
        });
    }

    /** {@code {"district":…,"enabled":false,"rotateBearer":true,"changePermissions":true}}. */
    public ServerResponse changeDistrict(ServerRequest request) {
        return on(request, json -> {
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

    public ServerResponse recordedRequests(ServerRequest request) {
        return ServerResponse.json(200, state.requests());
    }

    public ServerResponse forgetRequests(ServerRequest request) {
        parts.requests().clear();
        return ServerResponse.json(200, Json.array());
    }

    private static ServerResponse on(ServerRequest request, Function<JsonNode, JsonNode> action) {
        try {
            return ServerResponse.json(200, action.apply(json(request)));
        } catch (BadControlRequest e) {
            return bad(e.getMessage());
        }
    }

    private static JsonNode json(ServerRequest request) {
        if (request.body().isBlank()) {
            return Json.object();
        }
        try {
            return Json.MAPPER.readTree(request.body());
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

    private static ServerResponse bad(String message) {
        return ServerResponse.json(400, Json.object().put("message", message));
    }
}
