package io.github.k12sso.classlink.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** What is compared takes turns: A B A B. */
final class Turns {

    private Turns() {}

    /**
     * One of those that are compared.
     *
     * @param name as a profile calls it
     * @param turn does the work once, and tells what it came to
     */
    record Side<T>(String name, Supplier<T> turn) {}

    /** For each side what it came to in each round. */
    static <T> List<List<T>> of(int rounds, List<Side<T>> sides) {
        List<List<T>> figures =
                sides.stream().<List<T>>map(side -> new ArrayList<>()).toList();
        for (int round = 0; round < rounds; round++) {
            for (int side = 0; side < sides.size(); side++) {
                figures.get(side).add(sides.get(side).turn().get());
            }
        }
        return figures;
    }
}
