package io.github.k12sso.classlink.simulator.control;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.k12sso.classlink.simulator.http.Endpoint;
import io.github.k12sso.classlink.simulator.http.Json;

/** The state of the simulator as the control API returns it. */
final class StateJson {
    private final ControlEndpoints.Parts parts;
    private final SwitchBoard switches;

    StateJson(ControlEndpoints.Parts parts, SwitchBoard switches) {
        this.parts = parts;
        this.switches = switches;
    }

    ObjectNode all() {
        ObjectNode all = Json.object();
        all.set("switches", switches.read());
        all.set("faults", faults());
        all.set("clock", clock());
        all.put("signingKey", parts.keys().current().getKeyID());
        all.set("clients", clients());
        all.set("districts", districts());
        ArrayNode personas = all.putArray("personas");
        parts.districts().personas().forEach(persona -> personas.add(Json.MAPPER.<JsonNode>valueToTree(persona)));
        ArrayNode endpoints = all.putArray("endpoints");
        for (Endpoint endpoint : Endpoint.values()) {
            endpoints.add(endpoint.key());
        }
        return all;
    }

    ObjectNode clock() {
        return Json.object()
                .put("now", parts.clock().instant().toString())
                .put("offset", parts.clock().offset().toString());
    }

    /** Names and values of parameters, but only names of headers. */
    ArrayNode requests() {
        ArrayNode list = Json.array();
        parts.requests().all().forEach(request -> {
            ObjectNode row = list.addObject()
                    .put("at", request.at().toString())
                    .put("endpoint", request.endpoint().key())
                    .put("method", request.method())
                    .put("path", request.path());
            row.set("parameters", Json.MAPPER.valueToTree(request.parameters()));
            row.set("headers", Json.strings(request.headers().keySet()));
        });
        return list;
    }

    ArrayNode faults() {
        ArrayNode list = Json.array();
        parts.faults().all().forEach(injection -> {
            ObjectNode row = list.addObject()
                    .put("endpoint", injection.endpoint().key())
                    .put("fault", injection.fault().toString());
            injection.left().ifPresent(left -> row.put("left", left));
        });
        return list;
    }

    ArrayNode clients() {
        ArrayNode list = Json.array();
        parts.clients().all().forEach(client -> {
            ObjectNode row = list.addObject().put("id", client.id()).put("launchUrl", client.launchUrl());
            row.set("redirectUris", Json.strings(client.redirectUris()));
        });
        return list;
    }

    ArrayNode districts() {
        ArrayNode list = Json.array();
        parts.districts()
                .all()
                .forEach(district -> list.addObject()
                        .put("code", district.code())
                        .put("tenantId", district.tenantId())
                        .put("name", district.name())
                        .put("people", district.layout().people())
                        .put("oneroster_application_id", parts.applications().idOf(district))
                        .put("bearer", parts.applications().bearerOf(district)));
        return list;
    }
}
