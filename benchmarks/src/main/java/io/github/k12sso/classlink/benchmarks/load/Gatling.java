package io.github.k12sso.classlink.benchmarks.load;

import io.gatling.javaapi.core.Simulation;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * Runs simulations one after another in this JVM with Gatling's entry point and collects their times. After the first runs, the
 * load generator is equally warm for all sides. {@code docs/internals/benchmarks.md} explains why Gatling's Maven plugin isn't
 * used.
 */
public final class Gatling {

    /** The job of the running simulation, because Gatling instantiates the simulation. */
    private static volatile Object job;

    /** Nanoseconds of each completed unit of work with the expected response. */
    private static final ConcurrentLinkedQueue<Long> TIMES = new ConcurrentLinkedQueue<>();

    /** The other responses. */
    private static final ConcurrentLinkedQueue<String> WRONG = new ConcurrentLinkedQueue<>();

    private final Path work;
    private int runs;

    public Gatling(Path work) {
        this.work = work;
    }

    /**
     * Runs a simulation and waits for it.
     *
     * @param job the job that the simulation's constructor expects
     */
    public Load run(Class<? extends Simulation> simulation, Object job) {
        TIMES.clear();
        WRONG.clear();
        Gatling.job = job;
        PrintStream console = System.out;
        int status;
        try {
            System.setOut(new PrintStream(
                    PrintStream.nullOutputStream(), false, StandardCharsets.UTF_8)); // hides Gatling's banner
            status = io.gatling.app.Gatling$.MODULE$.fromArgs(new String[] {
                "--simulation",
                simulation.getName(),
                "--no-reports",
                "--results-folder",
                work.resolve("gatling").toString()
            });
        } finally {
            System.setOut(console);
        }
        if (status != 0) {
            throw new IllegalStateException("Gatling ended with " + status + ": " + simulation.getSimpleName());
        }
        Load load = Load.of(TIMES.stream().mapToLong(time -> time).toArray(), List.copyOf(WRONG));
        System.out.println("  " + simulation.getSimpleName() + " " + ++runs + ": " + load);
        return load;
    }

    static <T> T job(Class<T> type) {
        return type.cast(job);
    }

    /**
     * Called by simulations at the end of each unit of work.
     *
     * @param wrong what the response was if it wasn't the expected one, without tokens
     */
    static void over(long startedAt, Optional<String> wrong) {
        wrong.ifPresentOrElse(WRONG::add, () -> TIMES.add(System.nanoTime() - startedAt));
    }
}
