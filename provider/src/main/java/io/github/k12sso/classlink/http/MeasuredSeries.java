package io.github.k12sso.classlink.http;

import io.github.k12sso.classlink.http.Bulkheads.Group;
import io.github.k12sso.classlink.http.Measurement.Operation;
import io.github.k12sso.classlink.http.UpstreamFailure.Unavailable.Kind;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.keycloak.models.RealmModel;

/**
 * Series that exist before anything is counted in them. Prometheus sees an increase only between two samples of a series: one
 * that begins at 1 hides the first failure. Those of a realm begin at the server's start, or when the realm is first met; their
 * number is bounded by the number of realms with a tag of their own.
 */
public final class MeasuredSeries {

    /** Realms with a tag of their own, where no option names them. Each has about 130 series. */
    public static final int MAX_REALMS = 20;
    /** Realms that the option may name. */
    public static final int MAX_NAMED_REALMS = 200;
    /** The tag of all other realms. */
    static final String OTHER = "other";

    /** The words of the tags, without the realm. */
    private static final Map<Measurement, Set<List<String>>> DECLARED = new ConcurrentHashMap<>();

    private static volatile Realms realms = new Realms(Set.of());

    static {
        declare(Measurement.UPSTREAM_CALLS, Operation.values(), MeasuredCall.Outcome.values());
        declare(Measurement.REJECTIONS, Group.values(), new Kind[] {Kind.NO_PLACE, Kind.FAILING_FAST});
    }

    private MeasuredSeries() {}

    /** Says what will be counted: every combination of values, one array for each tag but the realm. */
    public static void declare(Measurement measurement, Enum<?>[]... valuesOfTags) {
        List<List<String>> combinations = List.of(List.of());
        for (Enum<?>[] values : valuesOfTags) {
            combinations = combinations.stream()
                    .flatMap(first -> Measurement.words(values).stream().map(last -> joined(first, last)))
                    .toList();
        }
        DECLARED.computeIfAbsent(measurement, unused -> ConcurrentHashMap.newKeySet())
                .addAll(combinations);
    }

    /**
     * Begins the series of this server.
     *
     * @param names of the realms with a tag of their own; empty for the first {@value #MAX_REALMS} that are met
     */
    public static void begin(Collection<String> names) {
        realms = new Realms(names);
        DECLARED.keySet().stream()
                .filter(measurement -> !measurement.isPerRealm())
                .forEach(measurement -> DECLARED.get(measurement).forEach(measurement::register));
        names.forEach(MeasuredSeries::beginOnce);
        if (!names.isEmpty()) {
            beginOnce(OTHER);
        }
    }

    /** Begins the series of a realm, unless they have begun. */
    public static void meet(RealmModel realm) {
        tagOf(realm);
    }

    /** The realm's name, or {@value #OTHER}. */
    static String tagOf(RealmModel realm) {
        String tag = realms.tag(realm.getName());
        beginOnce(tag);
        return tag;
    }

    private static void beginOnce(String tag) {
        if (realms.begun.add(tag)) {
            DECLARED.keySet().stream()
                    .filter(Measurement::isPerRealm)
                    .forEach(measurement -> DECLARED.get(measurement)
                            .forEach(values -> measurement.register(joined(List.of(tag), values))));
        }
    }

    private static List<String> joined(List<String> first, String last) {
        return joined(first, List.of(last));
    }

    private static List<String> joined(List<String> first, List<String> last) {
        List<String> all = new ArrayList<>(first);
        all.addAll(last);
        return List.copyOf(all);
    }

    /** Which realms have a tag of their own. */
    private static final class Realms {

        private final Set<String> names = ConcurrentHashMap.newKeySet();
        private final Set<String> begun = ConcurrentHashMap.newKeySet();
        private final boolean chosen;

        private Realms(Collection<String> chosen) {
            this.names.addAll(chosen);
            this.chosen = !chosen.isEmpty();
        }

        private String tag(String name) {
            return names.contains(name) || enter(name) ? name : OTHER;
        }

        private boolean enter(String name) {
            if (chosen || names.size() >= MAX_REALMS) {
                return false;
            }
            synchronized (names) {
                return names.contains(name) || (names.size() < MAX_REALMS && names.add(name));
            }
        }
    }

    /**
     * Reads the option: names of realms, separated by commas.
     *
     * @throws IllegalStateException if there are more than {@value #MAX_NAMED_REALMS}
     */
    public static Set<String> names(String option) {
        Set<String> names = new LinkedHashSet<>();
        Arrays.stream(option == null ? new String[0] : option.split(",", -1))
                .map(String::strip)
                .filter(name -> !name.isEmpty())
                .forEach(names::add);
        if (names.size() > MAX_NAMED_REALMS) {
            throw new IllegalStateException(
                    "The option spi-social--classlink--metrics-realms names more than " + MAX_NAMED_REALMS + " realms");
        }
        return names;
    }
}
