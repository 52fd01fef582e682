package io.github.k12sso.classlink.demo;

import io.github.k12sso.classlink.simulator.district.Persona;
import java.io.PrintStream;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** Tells the person at the keyboard what happens, in a few plain lines. */
final class Narrator {

    private static final int PERSONAS_SHOWN = 10;
    private static final long SECONDS_BETWEEN_LINES = 10;

    private final PrintStream out;
    private volatile boolean ending;
    private long lastLineAt;

    Narrator(PrintStream out) {
        this.out = out;
    }

    void begins() {
        say("");
        say("ClassLink demo: a local ClassLink, Keycloak and a roster app. For this machine only; Ctrl-C ends it.");
    }

    void ready(String part, URI url) {
        say(String.format("  %-16s %-24s ready", part, url));
    }

    void waits(String part, Path log) {
        say(String.format("  %-16s starting, one to two minutes; its log: %s", part, log));
    }

    /** One line every ten seconds. */
    void stillWaits(String part, Duration elapsed) {
        if (elapsed.toSeconds() - lastLineAt >= SECONDS_BETWEEN_LINES) {
            lastLineAt = elapsed.toSeconds();
            say(String.format("  %-16s %d s", part, lastLineAt));
        }
    }

    void invites(URI app, URI keycloak, String admin, List<Persona> personas) {
        say("");
        say("Open          " + app + "   and sign in with ClassLink as one of these people:");
        say("");
        say(String.format("  %-26s %-22s %-26s %s", "Person", "Role", "District", "Code"));
        personas.stream()
                .limit(PERSONAS_SHOWN)
                .forEach(persona -> say(String.format(
                        "  %-26s %-22s %-26s %s",
                        persona.displayName(), persona.role(), persona.tenantName(), persona.districtCode())));
        say("");
        say(
                "Not connected to ClassLink yet: user no-classlink, password demo (\"Sign in\", not \"Sign in with ClassLink\").");
        say("Admin console " + keycloak + "/admin/   user " + admin + ", password " + admin
                + "; the provider is in realm demo.");
        say("Account page  " + keycloak + "/realms/demo/account/");
        say("");
        say("Ctrl-C ends everything.");
    }

    void ends() {
        ending = true;
        out.println();
        out.println("Ending …");
        out.flush();
    }

    void ended() {
        out.println("Ended; nothing is left running.");
        out.flush();
    }

    /** Not a word about what fails because it is being ended. */
    void failed(Exception e) {
        if (!ending) {
            say("");
            say("The demo cannot go on. " + e.getMessage());
        }
    }

    private void say(String line) {
        if (!ending) {
            out.println(line);
            out.flush();
        }
    }
}
