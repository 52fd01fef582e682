package io.github.k12sso.classlink.simulator.district;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;

/**
 * The order of a large set of people by sourcedId, where all ids are generated in ascending order except those of a few
 * personas. Uses memory for those few only.
 */
final class SortedIds {
    private record OwnId(int index, String id, int rank) {}

    private final List<OwnId> byRank = new ArrayList<>();
    private final int[] excludedIndices;
    private final int size;

    SortedIds(int size, IntFunction<String> generated, Map<Integer, String> exceptions) {
        this.size = size;
        this.excludedIndices = exceptions.keySet().stream()
                .mapToInt(Integer::intValue)
                .sorted()
                .toArray();
        List<Map.Entry<Integer, String>> ordered = exceptions.entrySet().stream()
                .sorted(Map.Entry.comparingByValue(Comparator.naturalOrder()))
                .toList();
        for (Map.Entry<Integer, String> entry : ordered) {
            int smaller = smallerThan(entry.getValue(), generated);
            byRank.add(new OwnId(entry.getKey(), entry.getValue(), smaller + byRank.size()));
        }
    }

    int size() {
        return size;
    }

    /** Index of the person at this position. */
    int indexAt(int rank) {
        int before = 0;
        for (OwnId exception : byRank) {
            if (exception.rank() == rank) {
                return exception.index();
            }
            if (exception.rank() < rank) {
                before++;
            }
        }
        int index = rank - before;
        for (int excluded : excludedIndices) {
            if (excluded <= index) {
                index++;
            }
        }
        return index;
    }

    /** The number of people with generated ids before this id. */
    private int smallerThan(String id, IntFunction<String> generated) {
        int low = 0;
        int high = size;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (generated.apply(middle).compareTo(id) < 0) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        int smaller = low;
        for (int excluded : excludedIndices) {
            if (excluded < low) {
                smaller--;
            }
        }
        return smaller;
    }
}
