package io.github.k12sso.classlink.simulator.fault;

import io.github.k12sso.classlink.simulator.http.Endpoint;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/** The pending faults of each endpoint, in order of injection. */
public final class Faults {
    private final Map<Endpoint, Deque<Injection>> waiting = new EnumMap<>(Endpoint.class);

    /** A fault of an endpoint and how often it still applies. */
    public static final class Injection {
        private final Faults owner;
        private final Endpoint endpoint;
        private final Fault fault;
        private OptionalInt left;

        private Injection(Faults owner, Endpoint endpoint, Fault fault) {
            this.owner = owner;
            this.endpoint = endpoint;
            this.fault = fault;
            this.left = fault.times();
        }

        /** Applies to this many requests only. */
        public Injection times(int count) {
            synchronized (owner) {
                left = OptionalInt.of(count);
                return this;
            }
        }

        public Endpoint endpoint() {
            return endpoint;
        }

        public Fault fault() {
            return fault;
        }

        /** Remaining requests; empty = until cleared. */
        public OptionalInt left() {
            synchronized (owner) {
                return left;
            }
        }
    }

    /** Adds a fault after those already pending at the endpoint. */
    public synchronized Injection inject(Endpoint endpoint, Fault fault) {
        Injection injection = new Injection(this, endpoint, fault);
        waiting.computeIfAbsent(endpoint, unused -> new ArrayDeque<>()).addLast(injection);
        return injection;
    }

    /** Clears the faults of all endpoints. */
    public synchronized void clear() {
        waiting.clear();
    }

    /** Clears the faults of an endpoint. */
    public synchronized void clear(Endpoint endpoint) {
        waiting.remove(endpoint);
    }

    public synchronized List<Injection> all() {
        List<Injection> all = new ArrayList<>();
        waiting.values().forEach(all::addAll);
        return all;
    }

    /** Takes the fault that applies to this request, if any. */
    synchronized Optional<Fault> next(Endpoint endpoint) {
        Deque<Injection> queue = waiting.getOrDefault(endpoint, new ArrayDeque<>());
        while (!queue.isEmpty()) {
            Injection first = queue.peekFirst();
            if (first.left.isEmpty()) {
                return Optional.of(first.fault);
            }
            int left = first.left.getAsInt();
            if (left <= 1) {
                queue.removeFirst();
            } else {
                first.left = OptionalInt.of(left - 1);
            }
            if (left >= 1) {
                return Optional.of(first.fault);
            }
        }
        return Optional.empty();
    }
}
