package io.github.k12sso.classlink.it.support.clients;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.k12sso.classlink.it.support.Http;
import io.github.k12sso.classlink.it.support.TestRealm;
import io.github.k12sso.classlink.it.support.machine.Installed;
import java.net.URI;
import java.util.List;
import java.util.Map;

/** A shell command with the page's placeholders. */
final class Curl implements StockClient {

    private static final int COMMAND_NOT_FOUND = 127;

    private static final String ISSUER = "https://keycloak.example/realms/demo";
    private static final String CREDENTIALS = "roster-app:SECRET";
    private static final String TOKEN = "ACCESS_TOKEN";

    private final Program shell = new Program("sh", Installed.CURL);
    private final String command;

    Curl(String command) {
        this.command = command;
        for (String placeholder : List.of(ISSUER, CREDENTIALS, TOKEN)) {
            if (!command.contains(placeholder)) {
                throw new AssertionError("no " + placeholder + " in " + command);
            }
        }
    }

    @Override
    public JsonNode exchange(URI issuer, String accessToken) {
        String filledIn = command.replace(ISSUER, issuer.toString())
                .replace(CREDENTIALS, TestRealm.APP + ":" + TestRealm.APP_SECRET)
                .replace(TOKEN, accessToken);
        Program.Ended ended = shell.run(Map.of(), "-c", filledIn);
        if (ended.exitCode() == COMMAND_NOT_FOUND) {
            throw new AssertionError("Program not found: curl; this test needs " + Installed.CURL);
        }
        if (ended.exitCode() != 0) {
            throw new AssertionError("curl ended with " + ended.exitCode() + ": " + ended.errors());
        }
        return Http.json(ended.output());
    }

    @Override
    public String toString() {
        return "curl";
    }
}
