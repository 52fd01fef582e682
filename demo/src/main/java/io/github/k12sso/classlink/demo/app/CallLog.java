package io.github.k12sso.classlink.demo.app;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/** The app's 60 most recent calls for one browser since its last sign-in. Thread-safe. */
final class CallLog {

    private static final int LIMIT = 60;

    private final Deque<AppCall> calls = new ArrayDeque<>();

    synchronized void add(AppCall call) {
        if (calls.size() == LIMIT) {
            calls.removeFirst();
        }
        calls.addLast(call);
    }

    /** Oldest first. */
    synchronized List<AppCall> all() {
        return List.copyOf(calls);
    }

    synchronized void clear() {
        calls.clear();
    }
}
