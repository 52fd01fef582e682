package io.github.k12sso.classlink.simulator.district;

/** Evenly spaced indices. */
public record Span(int first, int step, int size) {
    public int at(int position) {
        return first + position * step;
    }

    public boolean contains(int index) {
        int distance = index - first;
        return distance >= 0 && distance % step == 0 && distance / step < size;
    }
}
