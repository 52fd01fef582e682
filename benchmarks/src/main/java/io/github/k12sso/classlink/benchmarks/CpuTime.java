package io.github.k12sso.classlink.benchmarks;

import java.time.Duration;
import java.util.stream.Stream;

/** CPU time used so far by the servers started by this JVM, in milliseconds. */
record CpuTime(double keycloak, double postgres) {

    static CpuTime now() {
        return new CpuTime(
                of(keycloaks()),
                of(ProcessHandle.allProcesses()
                        .filter(process -> process.info()
                                .command()
                                .filter(file -> file.endsWith("/postgres"))
                                .isPresent())));
    }

    CpuTime since(CpuTime before) {
        return new CpuTime(keycloak - before.keycloak, postgres - before.postgres);
    }

    /** The Keycloak JVMs started by this JVM. */
    static Stream<ProcessHandle> keycloaks() {
        return ProcessHandle.current()
                .descendants()
                .filter(process -> process.info()
                        .commandLine()
                        .filter(line -> line.contains(" -Dkc."))
                        .isPresent());
    }

    private static double of(Stream<ProcessHandle> processes) {
        return processes
                .map(ProcessHandle::info)
                .map(process -> process.totalCpuDuration().orElse(Duration.ZERO))
                .mapToDouble(Duration::toMillis)
                .sum();
    }
}
