package io.github.k12sso.classlink.simulator.fault;

import io.github.k12sso.classlink.simulator.http.Endpoint;
import io.github.k12sso.classlink.simulator.http.RecordedRequest;
import io.github.k12sso.classlink.simulator.http.RequestLog;
import io.github.k12sso.classlink.simulator.http.ServerRequest;
import io.github.k12sso.classlink.simulator.http.ServerResponse;
import io.github.k12sso.classlink.simulator.runtime.Switch;
import io.github.k12sso.classlink.simulator.runtime.Switches;
import io.github.k12sso.classlink.simulator.secret.Secrets;
import io.github.k12sso.classlink.simulator.secret.SecretsOfRequests;
import io.javalin.http.Context;
import io.javalin.http.Handler;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Function;

/** Handles every request: records it, calls its endpoint and applies faults to the response. */
public final class Gate implements AutoCloseable {
    private final Faults faults;
    private final RequestLog log;
    private final Clock clock;
    private final SecretsOfRequests secrets;
    private final Switches switches;
    private final ScheduledExecutorService timer = Executors.newScheduledThreadPool(2, task -> {
        Thread thread = new Thread(task, "simulator-faults");
        thread.setDaemon(true);
        return thread;
    });

    public Gate(Faults faults, RequestLog log, Clock clock, Secrets secrets, Switches switches) {
        this.faults = faults;
        this.log = log;
        this.clock = clock;
        this.secrets = new SecretsOfRequests(secrets);
        this.switches = switches;
    }

    public Handler at(Endpoint endpoint, Function<ServerRequest, ServerResponse> work) {
        return context -> {
            ServerRequest request = new ServerRequest(context, switches.get(Switch.BARE_TOKENS));
            record(endpoint, request);
            Optional<Fault> fault = faults.next(endpoint);
            if (fault.isPresent()) {
                misbehave(fault.get(), endpoint, context, () -> work.apply(request));
            } else {
                new Wire(context).send(work.apply(request));
            }
        };
    }

    /** For the control API: no recording and no faults. */
    public static Handler unguarded(Function<ServerRequest, ServerResponse> work) {
        return context -> new Wire(context).send(work.apply(new ServerRequest(context, false)));
    }

    @Override
    public void close() {
        timer.shutdownNow();
    }

    private void record(Endpoint endpoint, ServerRequest request) {
        secrets.tell(endpoint, request);
        log.add(new RecordedRequest(
                endpoint,
                request.method(),
                request.rawPath(),
                request.parameters(),
                request.headers(),
                clock.instant()));
    }

    private void misbehave(Fault fault, Endpoint endpoint, Context context, TrueAnswer work) {
        Wire wire = new Wire(context);
        switch (fault.effect()) {
            case STATUS -> wire.send(withRetryAfter(fault, statusAnswer(fault, endpoint)));
            case DELAY -> sendLater(fault, context, wire, work.get());
            case STALL -> {
                CompletableFuture<Void> done = new CompletableFuture<>();
                Wire.later(timer, fault.pace(), () -> done.complete(null));
                context.future(() -> done.thenRun(wire::reset));
            }
            case RESET -> wire.reset();
            case ANSWER_LOST -> {
                ServerResponse lost = work.get();
                lost.toBytes();
                wire.reset();
            }
            case TRUNCATED -> wire.sendHalf(work.get());
            case MALFORMED_JSON -> wire.send(json("{\"oops\": [1, 2,, }"));
            case WRONG_TYPE ->
                wire.send(ServerResponse.html(200, "<!DOCTYPE html><title>LaunchPad</title><p>Not JSON.</p>"));
            case WRONG_SHAPE -> wire.send(json("[\"not\",\"an\",\"object\"]"));
            case OVERSIZE -> wire.send(ServerResponse.jsonStream(out -> writePadding(out, fault.size())));
            case DRIP -> {
                ServerResponse response = work.get();
                context.future(() -> wire.drip(response, fault.pace(), timer));
            }
            case REDIRECT -> wire.send(ServerResponse.redirect(fault.text().orElseThrow()));
            case EMPTY -> wire.send(ServerResponse.empty(200));
        }
    }

    private void sendLater(Fault fault, Context context, Wire wire, ServerResponse response) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        Wire.later(timer, fault.pace(), () -> done.complete(null));
        context.future(() -> done.thenRun(() -> wire.send(withRetryAfter(fault, response))));
    }

    private static ServerResponse statusAnswer(Fault fault, Endpoint endpoint) {
        return fault.text()
                .map(body ->
                        ServerResponse.bytes(fault.status(), "application/json", body.getBytes(StandardCharsets.UTF_8)))
                .orElseGet(() -> ErrorBodies.fitting(endpoint, fault.status()));
    }

    private static ServerResponse withRetryAfter(Fault fault, ServerResponse response) {
        return fault.retryAfter().isPresent()
                ? response.header(
                        "Retry-After", Integer.toString(fault.retryAfter().getAsInt()))
                : response;
    }

    private static ServerResponse json(String text) {
        return ServerResponse.bytes(200, "application/json", text.getBytes(StandardCharsets.UTF_8));
    }

    private static void writePadding(OutputStream out, long size) throws IOException {
        byte[] head = "{\"padding\":\"".getBytes(StandardCharsets.UTF_8);
        byte[] tail = "\"}".getBytes(StandardCharsets.UTF_8);
        byte[] chunk = new byte[8192];
        Arrays.fill(chunk, (byte) 'x');
        out.write(head);
        long left = size - head.length - tail.length;
        while (left > 0) {
            int now = (int) Math.min(left, chunk.length);
            out.write(chunk, 0, now);
            left -= now;
        }
        out.write(tail);
    }

    private interface TrueAnswer {
        ServerResponse get();
    }
}
