package io.github.k12sso.classlink.it.support.clients;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.k12sso.classlink.it.support.Http;
import io.github.k12sso.classlink.it.support.machine.Installed;
import java.net.URI;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** A client of ClassLink with libraries from Debian packages: a script in {@code clients/python/}. */
public enum ClassLinkClient {
    /** Python Social Auth, which supports ClassLink. */
    LOGIN("classlink_login.py"),

    /** Requests and Requests-OAuthlib. */
    ROSTER("classlink_roster.py");

    private final String file;

    ClassLinkClient(String file) {
        this.file = file;
    }

    /** The output. */
    public JsonNode run(URI classLink, Map<String, String> settings) {
        Path script = Path.of(System.getProperty("project.root"), "integration-tests", "clients", "python", file);
        Map<String, String> environment = new HashMap<>(settings);
        environment.put("CLASSLINK", classLink.toString());
        Program.Ended ended =
                new Program(Installed.python(), Installed.SOCIAL_AUTH).run(environment, script.toString());
        if (ended.exitCode() != 0) {
            throw new AssertionError(file + " ended with " + ended.exitCode() + ": " + ended.errors());
        }
        return Http.json(ended.output());
    }
}
