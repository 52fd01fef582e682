package io.github.k12sso.classlink.simulator.control;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.k12sso.classlink.simulator.launchpad.PageFrame;

/** The overview page: the current state, and the requests that change it. */
final class ControlPage {
    private static final String USAGE = """
            POST   /_sim/faults         {"endpoint":"token","kind":"status","status":503,"retryAfter":7,"times":2}
            DELETE /_sim/faults
            POST   /_sim/clock          {"advance":"PT25H"} or {"reset":true}
            POST   /_sim/keys/rotate    {"drop":true} publishes the new key only
            POST   /_sim/tokens/expire  {"refresh":true} expires refresh tokens too
            POST   /_sim/switches       {"tokenMode":"guide","consent":true,"guideTokenLifetime":60}
            POST   /_sim/clients        {"id":"app","secret":"s","redirectUris":["http://localhost:8080/*"]}
            POST   /_sim/districts      {"district":"maplevalley","rotateBearer":true}
            GET    /_sim/requests
            DELETE /_sim/requests
            """;

    private ControlPage() {}

    static String of(ObjectNode state) {
        return PageFrame.page(
                "Controls",
                "",
                "<pre>" + PageFrame.escape(USAGE) + "</pre><pre>" + PageFrame.escape(state.toPrettyString())
                        + "</pre>");
    }
}
