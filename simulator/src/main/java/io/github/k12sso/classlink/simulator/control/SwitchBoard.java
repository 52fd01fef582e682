package io.github.k12sso.classlink.simulator.control;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.k12sso.classlink.simulator.http.Json;
import io.github.k12sso.classlink.simulator.runtime.PkceMode;
import io.github.k12sso.classlink.simulator.runtime.Switches;
import io.github.k12sso.classlink.simulator.runtime.TokenMode;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** The switches by name, for reading and turning them over HTTP. */
final class SwitchBoard {
    private record Knob(Supplier<Object> read, Consumer<String> turn) {}

    private final Map<String, Knob> knobs = new LinkedHashMap<>();

    SwitchBoard(Switches switches) {
        knobs.put(
                "tokenMode",
                new Knob(switches::tokenMode, text -> switches.tokenMode(TokenMode.valueOf(constant(text)))));
        knobs.put("pkce", new Knob(switches::pkce, text -> switches.pkce(PkceMode.valueOf(constant(text)))));
        knobs.put("consent", new Knob(switches::consent, text -> switches.consent(bool(text))));
        knobs.put("revocation", new Knob(switches::revocation, text -> switches.revocation(bool(text))));
        knobs.put("guideProfile", new Knob(switches::guideProfile, text -> switches.guideProfile(bool(text))));
        knobs.put(
                "rosterScopeRequired",
                new Knob(switches::rosterScopeRequired, text -> switches.rosterScopeRequired(bool(text))));
        knobs.put("stateOnErrors", new Knob(switches::stateOnErrors, text -> switches.stateOnErrors(bool(text))));
        knobs.put("stateOnCodes", new Knob(switches::stateOnCodes, text -> switches.stateOnCodes(bool(text))));
        knobs.put("refreshRotation", new Knob(switches::refreshRotation, text -> switches.refreshRotation(bool(text))));
    }

    ObjectNode read() {
        ObjectNode all = Json.object();
        knobs.forEach((name, knob) -> {
            Object value = knob.read().get();
            if (value instanceof Boolean on) {
                all.put(name, on);
            } else {
                all.put(name, value.toString().toLowerCase(Locale.ROOT));
            }
        });
        return all;
    }

    void turn(JsonNode wanted) {
        wanted.properties().forEach(entry -> {
            Knob knob = knobs.get(entry.getKey());
            if (knob == null) {
                throw new BadControlRequest("no switch " + entry.getKey() + "; there are " + knobs.keySet());
            }
            try {
                knob.turn().accept(entry.getValue().asText());
            } catch (IllegalArgumentException e) {
                throw new BadControlRequest(entry.getKey() + " cannot be " + entry.getValue());
            }
        });
    }

    private static String constant(String text) {
        return text.toUpperCase(Locale.ROOT);
    }

    private static boolean bool(String text) {
        if (!text.equals("true") && !text.equals("false")) {
            throw new IllegalArgumentException(text);
        }
        return text.equals("true");
    }
}
