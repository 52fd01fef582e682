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
 * Registers metric series with the value 0. Prometheus sees an increase only between two samples, so a series that
 * starts at 1 hides the first failure. The series of a realm are registered at server startup or at the realm's first
 * use. Their number is bounded because the number of realms with their own tag is bounded.
 */
public final class MeasuredSeries {

    /** Maximum number of realms with their own tag if the option is not set. Each has about 130 series. */
    public static final int MAX_REALMS = 20;
    /** Maximum number of realms in the option. */
    public static final int MAX_NAMED_REALMS = 200;
    /** The tag value of all other realms. */
    static final String OTHER = "other";

    /** The tag values, without the realm. */
    private static final Map<Measurement, Set<List<String>>> DECLARED = new ConcurrentHashMap<>();

    private static volatile Realms realms = new Realms(Set.of());

    static {
        declare(Measurement.UPSTREAM_CALLS, Operation.values(), MeasuredCall.Outcome.values());
        declare(Measurement.REJECTIONS, Group.values(), new Kind[] {Kind.NO_PLACE, Kind.FAILING_FAST});
    }

    private MeasuredSeries() {}

    /** Declares the series of a metric: every combination of values, with one array per tag except the realm. */
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
     * Registers the series of this server.
     *
     * @param names of the realms with their own tag; if empty, the first {@value #MAX_REALMS} realms in use
     */
    public static void begin(Collection<String> names) {
        realms = new Realms(names);
        Measurement.forgetCounters();
        DECLARED.keySet().stream()
                .filter(measurement -> !measurement.isPerRealm())
                .forEach(measurement -> DECLARED.get(measurement).forEach(measurement::register));
        names.forEach(MeasuredSeries::beginOnce);
        if (!names.isEmpty()) {
            beginOnce(OTHER);
        }
    }

    /** Registers the series of a realm, if they are not registered yet. */
    public static void meet(RealmModel realm) {
        tagOf(realm);
    }

    /** Returns the realm's name or {@value #OTHER}. */
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

    /** The realms with their own tag. */
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
     * Parses the option: realm names separated by commas.
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
