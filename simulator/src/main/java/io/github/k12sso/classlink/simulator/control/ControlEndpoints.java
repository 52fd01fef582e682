package io.github.k12sso.classlink.simulator.control;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
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
    private final SwitchBoard switches;
    private final Faults faults;
    private final SimulatorClock clock;
    private final SigningKeys keys;
    private final RequestLog requests;
    private final Tokens tokens;
    private final Clients clients;
    private final Districts districts;
    private final Applications applications;

    public ControlEndpoints(
            Switches switches,
            Faults faults,
            SimulatorClock clock,
            SigningKeys keys,
            RequestLog requests,
            Tokens tokens,
            Clients clients,
            Districts districts,
            Applications applications) {
        this.switches = new SwitchBoard(switches);
        this.faults = faults;
        this.clock = clock;
        this.keys = keys;
        this.requests = requests;
        this.tokens = tokens;
        this.clients = clients;
        this.districts = districts;
        this.applications = applications;
    }

    /** Everything that can be turned and how it stands; a page for browsers, JSON for the rest. */
    public Answer overview(Exchange exchange) {
        ObjectNode state = state();
        boolean browser = exchange.header("Accept")
                .filter(accept -> accept.contains("text/html"))
                .isPresent();
        return browser ? Answer.html(200, ControlPage.of(state)) : Answer.json(200, state);
    }

    public Answer injectFault(Exchange exchange) {
        return on(exchange, json -> {
            Endpoint endpoint = Endpoint.ofKey(json.path("endpoint").asText())
                    .orElseThrow(() -> new BadControlRequest(
                            "unknown endpoint " + json.path("endpoint").asText()));
            faults.inject(endpoint, new FaultRequest(json).fault());
            return faultList();
        });
    }

    /** All of them, or those of {@code ?endpoint=}. */
    public Answer clearFaults(Exchange exchange) {
        Optional<String> key = exchange.parameter("endpoint");
        if (key.isEmpty()) {
            faults.clear();
        } else {
            Optional<Endpoint> endpoint = Endpoint.ofKey(key.get());
            if (endpoint.isEmpty()) {
                return bad("unknown endpoint " + key.get());
            }
            faults.clear(endpoint.get());
        }
        return Answer.json(200, faultList());
    }

    /** {@code {"advance":"PT5M"}} (ISO 8601) or {@code {"reset":true}}. */
    public Answer moveClock(Exchange exchange) {
        return on(exchange, json -> {
            if (json.path("reset").asBoolean()) {
                clock.reset();
            }
            if (json.hasNonNull("advance")) {
                clock.advance(duration(json.get("advance").asText()));
            }
            return Json.object()
                    .put("now", clock.instant().toString())
                    .put("offset", clock.offset().toString());
        });
    }

    /** {@code {"drop":true}} publishes the new key only. */
    public Answer rotateKeys(Exchange exchange) {
        return on(exchange, json -> {
            if (json.path("drop").asBoolean()) {
                keys.rotateAndDropOld();
            } else {
                keys.rotate();
            }
            return Json.object().put("kid", keys.current().getKeyID());
        });
    }

    /** {@code {"refresh":true}} ends the refresh tokens too. */
    public Answer expireTokens(Exchange exchange) {
        return on(exchange, json -> {
            if (json.path("refresh").asBoolean()) {
                tokens.endAllGrants();
            } else {
                tokens.expireAccessTokens();
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
            clients.register(new RegisteredClient(plain.id(), plain.secret(), plain.redirectUris(), launchUrl));
            return clientList();
        });
    }

    /** {@code {"district":…,"enabled":false,"rotateBearer":true,"changePermissions":true}}. */
    public Answer changeDistrict(Exchange exchange) {
        return on(exchange, json -> {
            String code = json.path("district").asText();
            if (districts.withCode(code).isEmpty()) {
                throw new BadControlRequest("unknown district " + code);
            }
            if (json.hasNonNull("enabled")) {
                applications.enabled(code, json.get("enabled").asBoolean());
            }
            if (json.path("rotateBearer").asBoolean()) {
                applications.rotateBearer(code);
            }
            if (json.path("changePermissions").asBoolean()) {
                applications.changePermissions(code);
            }
            return districtList();
        });
    }

    /** Names and values of parameters, but of headers the names only. */
    public Answer recordedRequests(Exchange exchange) {
        ArrayNode list = Json.array();
        requests.all().forEach(request -> {
            ObjectNode row = list.addObject()
                    .put("at", request.at().toString())
                    .put("endpoint", request.endpoint().key())
                    .put("method", request.method())
                    .put("path", request.path());
            row.set("parameters", Json.MAPPER.valueToTree(request.parameters()));
            row.set("headers", Json.strings(request.headers().keySet()));
        });
        return Answer.json(200, list);
    }

    public Answer forgetRequests(Exchange exchange) {
        requests.clear();
        return Answer.json(200, Json.array());
    }

    private ObjectNode state() {
        ObjectNode state = Json.object();
        state.set("switches", switches.read());
        state.set("faults", faultList());
        state.putObject("clock")
                .put("now", clock.instant().toString())
                .put("offset", clock.offset().toString());
        state.put("signingKey", keys.current().getKeyID());
        state.set("clients", clientList());
        state.set("districts", districtList());
        ArrayNode personas = state.putArray("personas");
        districts.personas().forEach(persona -> personas.add(Json.MAPPER.<JsonNode>valueToTree(persona)));
        ArrayNode endpoints = state.putArray("endpoints");
        for (Endpoint endpoint : Endpoint.values()) {
            endpoints.add(endpoint.key());
        }
        return state;
    }

    private ArrayNode faultList() {
        ArrayNode list = Json.array();
        faults.all().forEach(injection -> {
            ObjectNode row = list.addObject()
                    .put("endpoint", injection.endpoint().key())
                    .put("fault", injection.fault().toString());
            injection.left().ifPresent(left -> row.put("left", left));
        });
        return list;
    }

    private ArrayNode clientList() {
        ArrayNode list = Json.array();
        clients.all().forEach(client -> {
            ObjectNode row = list.addObject().put("id", client.id()).put("launchUrl", client.launchUrl());
            row.set("redirectUris", Json.strings(client.redirectUris()));
        });
        return list;
    }

    private ArrayNode districtList() {
        ArrayNode list = Json.array();
        districts
                .all()
                .forEach(district -> list.addObject()
                        .put("code", district.code())
                        .put("tenantId", district.tenantId())
                        .put("name", district.name())
                        .put("people", district.layout().people())
                        .put("oneroster_application_id", applications.idOf(district))
                        .put("bearer", applications.bearerOf(district)));
        return list;
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
