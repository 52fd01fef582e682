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

/** The faults that wait at each endpoint, in the order in which they were injected. */
public final class Faults {
    private final Map<Endpoint, Deque<Injection>> waiting = new EnumMap<>(Endpoint.class);

    /** A fault at an endpoint and how often it still strikes. */
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

        /** Strikes only the next so many requests. */
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

        /** Requests still to be struck; empty = until cleared. */
        public OptionalInt left() {
            synchronized (owner) {
                return left;
            }
        }
    }

    /** Queues a fault behind those already waiting at the endpoint. */
    public synchronized Injection inject(Endpoint endpoint, Fault fault) {
        Injection injection = new Injection(this, endpoint, fault);
        waiting.computeIfAbsent(endpoint, unused -> new ArrayDeque<>()).addLast(injection);
        return injection;
    }

    /** All endpoints work again. */
    public synchronized void clear() {
        waiting.clear();
    }

    /** That endpoint works again. */
    public synchronized void clear(Endpoint endpoint) {
        waiting.remove(endpoint);
    }

    public synchronized List<Injection> all() {
        List<Injection> all = new ArrayList<>();
        waiting.values().forEach(all::addAll);
        return all;
    }

    /** Takes the fault that strikes this request, if any. */
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
