package io.github.k12sso.classlink.benchmarks;

import java.time.Duration;
import java.util.function.Predicate;

/** Processor time that the servers below this JVM have used so far, in milliseconds. */
record CpuTime(double keycloak, double postgres) {

    static CpuTime now() {
        return new CpuTime(of(command -> command.contains(" -Dkc.")), of(command -> command.startsWith("postgres:")));
    }

    CpuTime since(CpuTime before) {
        return new CpuTime(keycloak - before.keycloak, postgres - before.postgres);
    }

    private static double of(Predicate<String> command) {
        return ProcessHandle.allProcesses()
                .filter(process -> process.info().commandLine().filter(command).isPresent())
                .map(process -> process.info().totalCpuDuration().orElse(Duration.ZERO))
                .mapToDouble(Duration::toMillis)
                .sum();
    }
}
