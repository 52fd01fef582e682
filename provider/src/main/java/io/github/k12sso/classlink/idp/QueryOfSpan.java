package io.github.k12sso.classlink.idp;

import io.opentelemetry.instrumentation.api.instrumenter.LocalRootSpan;

/**
 * Quarkus' span of a request has its query, and where ClassLink sends a browser there is a code in it. Where the browser gave
 * the request up before it came here, the span is over and keeps its query (docs/metrics.md).
 */
final class QueryOfSpan {

    /** OpenTelemetry's name for it. */
    private static final String NAME = "url.query";

    private QueryOfSpan() {}

    /** Without tracing there is no span. */
    static void empty() {
        LocalRootSpan.current().setAttribute(NAME, "");
    }
}
