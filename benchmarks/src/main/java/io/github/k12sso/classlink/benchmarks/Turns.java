package io.github.k12sso.classlink.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** Runs the sides of a comparison in turns: A B A B. */
final class Turns {

    private Turns() {}

    /**
     * A side of a comparison.
     *
     * @param name the name in a profile
     * @param turn does the work once and returns the result
     */
    record Side<T>(String name, Supplier<T> turn) {}

    /** The results of each side in each round. */
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
