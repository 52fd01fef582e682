package io.github.k12sso.classlink.demo;

import io.github.k12sso.classlink.demo.app.DeviceCurls;
import io.github.k12sso.classlink.simulator.ClassLinkSimulator;
import java.io.PrintStream;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;

/** Prints the demo's progress and instructions to the console. */
final class Narrator {

    private static final long SECONDS_BETWEEN_LINES = 10;

    private final PrintStream out;
    private volatile boolean ending;
    private long lastLineAt;

    Narrator(PrintStream out) {
        this.out = out;
    }

    void begins() {
        say("");
        say("ClassLink demo: a local ClassLink, Keycloak and a roster app on this machine. Press Ctrl-C to stop.");
    }

    void ready(String part, URI url) {
        say(String.format("  %-16s %-24s ready", part, url));
    }

    void waits(String part, Path log) {
        say(String.format("  %-16s starting, takes one to two minutes; log: %s", part, log));
    }

    /** Prints one line every ten seconds. */
    void stillStarting(String part, Duration elapsed) {
        if (elapsed.toSeconds() - lastLineAt >= SECONDS_BETWEEN_LINES) {
            lastLineAt = elapsed.toSeconds();
            say(String.format("  %-16s %d s", part, lastLineAt));
        }
    }

    void invites(URI app, URI keycloak, String admin) {
        say("");
        say("Open          " + app + "   and sign in with ClassLink.");
        say("Admin console " + keycloak + "/admin/   user " + admin + ", password " + admin
                + "; the realm demo has the provider, events, groups and organizations.");
        say("Account page  " + keycloak + "/realms/demo/account/");
    }

    /** Lists all people who can sign in, and those whom Keycloak refuses. */
    void introduces(ClassLinkSimulator classLink, Set<Integer> allowedTenants) {
        say("LaunchPad     " + classLink.baseUrl() + "/home   a tile there opens the app.");
        say("");
        say(String.format("  %-26s %-22s %-26s", "Person", "Role", "District"));
        classLink
                .personas()
                .forEach(persona -> say(String.format(
                                "  %-26s %-22s %-26s%s",
                                persona.displayName(),
                                persona.role(),
                                persona.tenantName(),
                                allowedTenants.contains(persona.tenantId()) ? "" : "refused: not an allowed district")
                        .stripTrailing()));
        say(
                "  Nola Link                  Not connected to ClassLink: Sign in another way, user no-classlink, password demo");
        say("");
        say(
                "To switch to another person, sign out of the app, then follow \"Sign out of ClassLink\" on Keycloak's page.");
    }

    void teaches(DeviceCurls curls) {
        say("");
        say(
                "Read a roster row with two commands. Between them, open the verification_uri_complete and sign in with ClassLink:");
        say("");
        say(curls.start());
        say("");
        say(curls.read());
        say("");
        say("Press Ctrl-C to stop.");
    }

    void ends() {
        ending = true;
        out.println();
        out.println("Stopping …");
        out.flush();
    }

    void ended() {
        out.println("Stopped.");
        out.flush();
    }

    /** Prints nothing if the failure is caused by stopping the demo. */
    void failed(Exception e) {
        if (!ending) {
            say("");
            say("The demo could not start. " + e.getMessage());
        }
    }

    private void say(String line) {
        if (!ending) {
            out.println(line);
            out.flush();
        }
    }
}
