package io.github.k12sso.classlink.benchmarks.profiling;

import io.github.k12sso.classlink.benchmarks.profiling.StackSamples.Share;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordedFrame;
import jdk.jfr.consumer.RecordedMethod;
import jdk.jfr.consumer.RecordedStackTrace;
import jdk.jfr.consumer.RecordingFile;

/** The recordings of one side: execution and allocation samples, and the amount of work. */
final class SideProfile {

    private static final int MOST = 30;
    private static final String OURS = "io.github.k12sso.";
    private static final String KEYCLOAK = "org.keycloak.";
    private static final Predicate<String> OWN = frame -> frame.startsWith(OURS);
    private static final Predicate<String> OWN_OR_KEYCLOAK = OWN.or(frame -> frame.startsWith(KEYCLOAK));

    private final String name;
    private final StackSamples execution = new StackSamples();
    private final StackSamples allocation = new StackSamples();
    private final StackSamples allocated = new StackSamples();
    private long count;
    private double milliseconds;

    SideProfile(String name) {
        this.name = name;
    }

    /**
     * Adds a recording.
     *
     * @param done number of requests, logins or pages recorded
     * @param processor Keycloak's CPU time for all of them, in milliseconds
     */
    void add(Path recording, long done, double processor) throws IOException {
        count += done;
        milliseconds += processor;
        try (RecordingFile events = new RecordingFile(recording)) {
            while (events.hasMoreEvents()) {
                add(events.readEvent());
            }
        }
    }

    private void add(RecordedEvent event) {
        if (event.getStackTrace() == null) {
            return;
        }
        List<String> frames = frames(event.getStackTrace());
        switch (event.getEventType().getName()) {
            case "jdk.ExecutionSample" -> execution.add(frames, 1);
            case "jdk.ObjectAllocationSample" -> {
                double bytes = event.getLong("weight");
                allocation.add(frames, bytes);
                allocated.add(List.of(event.getClass("objectClass").getName()), bytes);
            }
            default -> {}
        }
    }

    private static List<String> frames(RecordedStackTrace trace) {
        return trace.getFrames().stream()
                .filter(RecordedFrame::isJavaFrame)
                .map(RecordedFrame::getMethod)
                .filter(method -> !method.isHidden())
                .map(SideProfile::named)
                .filter(frame -> !frame.contains("$$Lambda$"))
                .toList();
    }

    private static String named(RecordedMethod method) {
        return method.getType().getName() + "." + method.getName();
    }

    String text() {
        double each = processorEach();
        double bytes = allocation.total() / count;
        return heading()
                + table("own frames, with what they call", "ms", execution.including(OWN, MOST), each)
                + table("Keycloak's frames, with what they call", "ms", keycloaks(), each)
                + table("methods that ran", "ms", execution.nearest(frame -> true, MOST), each)
                + table("own allocation sites, with what they call", "bytes", allocation.including(OWN, MOST), bytes)
                + table(
                        "allocation by the nearest frame of ours or Keycloak's",
                        "bytes",
                        allocation.nearest(OWN_OR_KEYCLOAK, MOST),
                        bytes)
                + table("allocated classes", "bytes", allocated.including(type -> true, MOST), bytes);
    }

    private String heading() {
        return String.format(
                Locale.ROOT,
                "%n== %s: %,d done, %.3f ms of Keycloak's processor each, %,d samples; %,.0f bytes allocated each%n",
                name,
                count,
                processorEach(),
                execution.count(),
                allocation.total() / count);
    }

    /** Where this side uses more CPU time and memory than another; common callees are counted for both. */
    String comparedWith(SideProfile other) {
        return String.format(
                        Locale.ROOT,
                        "%n== %s compared with %s: %+.3f ms, %+,.0f bytes each%n",
                        name,
                        other.name,
                        processorEach() - other.processorEach(),
                        allocation.total() / count - other.allocation.total() / other.count)
                + differences(
                        "CPU time, ms",
                        "%+10.4f",
                        StackSamples.differences(
                                execution,
                                processorEach(),
                                other.execution,
                                other.processorEach(),
                                OWN_OR_KEYCLOAK,
                                MOST))
                + differences(
                        "allocation, bytes",
                        "%+,10.0f",
                        StackSamples.differences(
                                allocation,
                                allocation.total() / count,
                                other.allocation,
                                other.allocation.total() / other.count,
                                OWN_OR_KEYCLOAK,
                                MOST));
    }

    private double processorEach() {
        return milliseconds / count;
    }

    private List<Share> keycloaks() {
        return execution.including(frame -> frame.startsWith(KEYCLOAK), MOST);
    }

    private static String table(String title, String unit, List<Share> shares, double whole) {
        StringBuilder text = new StringBuilder("-- " + title + "\n");
        String form = unit.equals("ms") ? "%6.1f %%  %8.4f ms  %s%n" : "%6.1f %%  %,8.0f bytes  %s%n";
        shares.forEach(share -> text.append(
                String.format(Locale.ROOT, form, 100 * share.part(), whole * share.part(), brief(share.frame()))));
        return text.toString();
    }

    private static String differences(String title, String form, List<Share> differences) {
        StringBuilder text = new StringBuilder("-- " + title + "\n");
        differences.forEach(difference ->
                text.append(String.format(Locale.ROOT, form + "  %s%n", difference.part(), brief(difference.frame()))));
        return text.toString();
    }

    private static String brief(String frame) {
        return frame.replace(OURS + "classlink.", "").replace(KEYCLOAK, "o.k.");
    }
}
