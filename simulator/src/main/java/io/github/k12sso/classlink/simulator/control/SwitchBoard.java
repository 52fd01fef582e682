package io.github.k12sso.classlink.simulator.control;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.k12sso.classlink.simulator.http.Json;
import io.github.k12sso.classlink.simulator.runtime.Switch;
import io.github.k12sso.classlink.simulator.runtime.Switches;
import java.time.Duration;
import java.util.List;
import java.util.Locale;

/** Reads and sets the switches by name, over HTTP. */
final class SwitchBoard {
    private final Switches switches;

    SwitchBoard(Switches switches) {
        this.switches = switches;
    }

    ObjectNode read() {
        ObjectNode all = Json.object();
        for (Switch<?> which : Switch.all()) {
            Object value = switches.get(which);
            if (value instanceof Boolean on) {
                all.put(which.name(), on);
            } else if (value instanceof Duration) {
                all.put(which.name(), value.toString());
            } else {
                all.put(which.name(), value.toString().toLowerCase(Locale.ROOT));
            }
        }
        return all;
    }

    /** Sets all of them or, if one is invalid, none. */
    void turn(JsonNode wanted) {
        List<Runnable> turns = wanted.properties().stream()
                .map(entry -> turn(named(entry.getKey()), entry.getValue()))
                .toList();
        turns.forEach(Runnable::run);
    }

    private <T> Runnable turn(Switch<T> which, JsonNode wanted) {
        try {
            T value = which.parse(wanted.asText());
            return () -> switches.set(which, value);
        } catch (IllegalArgumentException e) {
            String reason = which.byDefault() instanceof Duration ? ": " + e.getMessage() : "";
            throw new BadControlRequest(which.name() + " cannot be " + wanted + reason);
        }
    }

    private static Switch<?> named(String name) {
        return Switch.all().stream()
                .filter(which -> which.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new BadControlRequest("no switch " + name + "; there are "
                        + Switch.all().stream().map(Switch::name).toList()));
    }
}
