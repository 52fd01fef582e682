package io.github.k12sso.classlink.it.support;

import io.github.k12sso.classlink.simulator.ClassLinkSimulator;
import io.github.k12sso.classlink.simulator.secret.Secret;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Searches all output and responses of all Keycloaks of a run for every secret that any ClassLink issued or received. Responses
 * and traces are searched immediately, logs and databases when a server stops. {@code WholeRunLeaksNothingIT}, the last test,
 * reports the findings.
 */
public final class SecretSearch {

    private static final SecretSearch OF_THIS_RUN = new SecretSearch();

    /** Where the app gets the access token: exchange and Keycloak's brokering API. */
    private static final Pattern HANDS_OUT_ACCESS_TOKENS =
            Pattern.compile("/realms/[^/]+/(protocol/openid-connect/token|broker/[^/]+/token)");

    /** Where Keycloak stores a provider's client secret if it is not in the vault. */
    private static final String PROVIDER_SETTINGS = "identity_provider_config.value";

    /** Maximum number of findings to report. */
    private static final int MAX_FINDINGS = 200;

    private final SecretIndex index = new SecretIndex();
    private final Set<String> classLinks = ConcurrentHashMap.newKeySet();
    private final Set<String> exceptedRealms = ConcurrentHashMap.newKeySet();
    private final Set<String> realmsWithoutProvider = ConcurrentHashMap.newKeySet();
    private final Set<String> planted = ConcurrentHashMap.newKeySet();
    private final Set<String> findings = new ConcurrentSkipListSet<>();
    private final Set<String> rightPlaces = new ConcurrentSkipListSet<>();
    private final Map<Where, LongAdder> searched = new ConcurrentSkipListMap<>();

    /** Places where a secret must not be. */
    public enum Where {
        LOG,
        DATABASE,
        EVENTS,
        METRICS,
        TRACES,
        ANSWERS
    }

    public static SecretSearch ofThisRun() {
        return OF_THIS_RUN;
    }

    /** Searches for this ClassLink's secrets, but not in its own output. */
    public void watch(ClassLinkSimulator classLink) {
        classLinks.add(classLink.baseUrl().getAuthority());
        classLink.tellSecretsTo(index::add);
    }

    /** Excludes a realm with Keycloak's built-in provider, which stores tokens unencrypted and logs them. */
    public void except(TestRealm realm) {
        exceptedRealms.add("/realms/" + realm.name() + "/");
    }

    /**
     * Excludes traces of a realm whose provider is disabled or removed during a login: Keycloak itself handles the callback,
     * and its span contains the URL with the code, see docs/operate/metrics.md.
     */
    public void exceptTracesOf(TestRealm realm) {
        realmsWithoutProvider.add("/realms/" + realm.name() + "/");
    }

    /** Excludes a token that a test writes unencrypted to the database, like the built-in provider. */
    public void plantedInDatabase(String token) {
        planted.add(token);
    }

    // ---- what is searched
    // ---------------------------------------------------------------------------------------------

    public void look(Where where, String place, String text) {
        look(where, place, text, secret -> false);
    }

    /** Searches spans that Keycloak sent to a collector. */
    void spans(String text, Predicate<Secret> inevitable) {
        look(
                Where.TRACES,
                "spans",
                text,
                secret -> secret.type() == Secret.SecretType.CODE
                        && (isOf(realmsWithoutProvider, secret) || inevitable.test(secret)));
    }

    void log(Path file) {
        int number = 0;
        try (Stream<String> lines = Files.lines(file, StandardCharsets.UTF_8)) {
            for (String line : (Iterable<String>) lines::iterator) {
                look(Where.LOG, file.getFileName() + " line " + ++number, line);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Searches every text of every table, including stored events. */
    void database(String name, Database database) {
        database.eachText((column, text) -> look(
                column.contains("event_entity.") ? Where.EVENTS : Where.DATABASE,
                column + " of " + name,
                text,
                secret -> planted.contains(secret.text())
                        || (secret.type() == Secret.SecretType.CLIENT_SECRET && column.equals(PROVIDER_SETTINGS))));
    }

    void answer(HttpResponse<String> answer) {
        URI address = answer.uri();
        if (classLinks.contains(address.getAuthority())) {
            return;
        }
        String place = answer.request().method() + " " + address.getPath() + " answered " + answer.statusCode();
        boolean handsOut = HANDS_OUT_ACCESS_TOKENS.matcher(address.getPath()).matches();
        Predicate<Secret> allowed = secret -> handsOut && secret.type() == Secret.SecretType.ACCESS_TOKEN;
        look(Where.ANSWERS, place, answer.body(), allowed);
        answer.headers().map().values().forEach(values -> look(Where.ANSWERS, place, values.toString(), allowed));
    }

    /**
     * Searches a browser's content without its URL, which can contain ClassLink's code. An administrator's browser may show the
     * client secret that was typed into it.
     *
     * @param contents by kind
     */
    public void page(URI address, Map<String, String> contents) {
        if (classLinks.contains(address.getAuthority())) {
            return;
        }
        boolean console = address.getPath().startsWith("/admin/");
        contents.forEach((what, text) -> look(
                Where.ANSWERS,
                what + " of a browser at " + address.getPath(),
                text,
                secret -> console && secret.type() == Secret.SecretType.CLIENT_SECRET));
    }

    /** Searches the output of an app, which may have exchanged a token. */
    public void printed(String program, String text) {
        look(Where.ANSWERS, program, text, secret -> secret.type() == Secret.SecretType.ACCESS_TOKEN);
    }

    private void look(Where where, String place, String text, Predicate<Secret> allowed) {
        searched.computeIfAbsent(where, none -> new LongAdder()).add(text.length());
        index.find(text, secret -> {
            if (isOf(exceptedRealms, secret)) {
                return;
            }
            if (allowed.test(secret)) {
                rightPlaces.add(secret.type() + " in " + where);
            } else if (findings.size() < MAX_FINDINGS) {
                findings.add(secret.type() + " in " + where + ", " + place);
            }
        });
    }

    private static boolean isOf(Set<String> realms, Secret secret) {
        return secret.redirectUri()
                .filter(uri -> realms.stream().anyMatch(uri::contains))
                .isPresent();
    }

    // ---- findings --------------------------------------------------------------------------------------------

    /** Kind and place of each finding, without the secret. */
    public Collection<String> findings() {
        return findings;
    }

    /** Kinds and places of secrets found where they are expected, as proof that the search works. */
    public Collection<String> rightPlaces() {
        return rightPlaces;
    }

    public Collection<Secret> secrets() {
        return index.secrets();
    }

    /** Whether the limit of secrets was reached, so that some were not searched. */
    public boolean isFull() {
        return index.secrets().size() >= SecretIndex.MAX_SECRETS;
    }

    /** Number of characters searched. */
    public long searched(Where where) {
        LongAdder length = searched.get(where);
        return length == null ? 0 : length.sum();
    }
}
