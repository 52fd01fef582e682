package io.github.k12sso.classlink.it.resilience;

import io.github.k12sso.classlink.simulator.ClassLinkSimulator;
import io.github.k12sso.classlink.simulator.fault.Fault;
import io.github.k12sso.classlink.simulator.http.Endpoint;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** ClassLink's faults, one endpoint and one fault after the other, with a calm after each. */
final class FaultSchedule {

    private static final List<Endpoint> ENDPOINTS = List.of(
            Endpoint.TOKEN, Endpoint.MY_INFO, Endpoint.ROSTER, Endpoint.JWKS, Endpoint.APPLICATIONS, Endpoint.REVOKE);
    /** As many as share no divisor with the endpoints: in time every endpoint has had every fault. */
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

    /** A fault begins, or the one before ends. */
    void change() {
        int change = changes.getAndIncrement();
        if (change % 2 == 1) {
            classLink.faults().clear();
            return;
        }
        int fault = change / 2;
        Endpoint endpoint = ENDPOINTS.get(fault % ENDPOINTS.size());
        if (endpoint == Endpoint.JWKS) {
            classLink.keys().rotateAndDropOld(); // or nobody would ask
        }
        classLink.faults().inject(endpoint, FAULTS.get(fault % FAULTS.size()));
    }

    /** How many faults there were. */
    int faults() {
        return (changes.get() + 1) / 2;
    }
}
