package io.github.k12sso.classlink.benchmarks;

import java.time.Duration;
import java.util.function.Predicate;

/** Processor time that the servers below this JVM have used so far, in milliseconds. */
record CpuTime(double keycloak, double postgres) {

    static CpuTime now() {
        return new CpuTime(
                of(process -> process.commandLine()
                        .filter(line -> line.contains(" -Dkc."))
                        .isPresent()),
                of(process -> process.command()
                        .filter(file -> file.endsWith("/postgres"))
                        .isPresent()));
    }

    CpuTime since(CpuTime before) {
        return new CpuTime(keycloak - before.keycloak, postgres - before.postgres);
    }

    private static double of(Predicate<ProcessHandle.Info> which) {
        return ProcessHandle.allProcesses()
                .map(ProcessHandle::info)
                .filter(which)
                .map(process -> process.totalCpuDuration().orElse(Duration.ZERO))
                .mapToDouble(Duration::toMillis)
                .sum();
    }
}
