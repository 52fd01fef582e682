package io.github.k12sso.classlink.it.resilience;

import io.github.k12sso.classlink.simulator.ClassLinkSimulator;
import io.github.k12sso.classlink.simulator.fault.Fault;
import io.github.k12sso.classlink.simulator.http.Endpoint;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** Injects faults one after another, at one endpoint at a time, with a pause after each. */
final class FaultSchedule {

    private static final List<Endpoint> ENDPOINTS = List.of(
            Endpoint.TOKEN, Endpoint.MY_INFO, Endpoint.ROSTER, Endpoint.JWKS, Endpoint.APPLICATIONS, Endpoint.REVOKE);
    /** Their number is coprime to the number of endpoints, so that every endpoint gets every fault. */
    private static final List<Fault> FAULTS = List.of(
            Fault.status(503),
            Fault.reset(),
            Fault.status(429).retryAfter(1),
            Fault.truncated(),
            Fault.delay(Duration.ofSeconds(2)),
            Fault.malformedJson(),
            Fault.status(500));

    private final ClassLinkSimulator classLink;
    private final AtomicInteger changes = new AtomicInteger();

    FaultSchedule(ClassLinkSimulator classLink) {
        this.classLink = classLink;
    }

    /** Starts a fault or ends the previous one. */
    void change() {
        int change = changes.getAndIncrement();
        if (change % 2 == 1) {
            classLink.faults().clear();
            return;
        }
        int fault = change / 2;
        Endpoint endpoint = ENDPOINTS.get(fault % ENDPOINTS.size());
        if (endpoint == Endpoint.JWKS) {
            classLink.keys().rotateAndDropOld(); // otherwise the keys would not be fetched
        }
        classLink.faults().inject(endpoint, FAULTS.get(fault % FAULTS.size()));
    }

    /** The number of faults so far. */
    int faults() {
        return (changes.get() + 1) / 2;
    }
}
