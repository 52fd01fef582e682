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
 * The search of a whole run: every secret that any ClassLink of it issued or received, in all that its Keycloaks wrote and
 * answered. Answers and traces are looked at as they come, logs and databases when a server ends. What was found is told by
 * {@code WholeRunLeaksNothingIT}, the last test.
 */
public final class SecretSearch {

    private static final SecretSearch OF_THIS_RUN = new SecretSearch();

    /** The app's own way to the access token: exchange, and Keycloak's brokering API. */
    private static final Pattern HANDS_OUT_ACCESS_TOKENS =
            Pattern.compile("/realms/[^/]+/(protocol/openid-connect/token|broker/[^/]+/token)");

    /** Where Keycloak keeps a provider's client secret, unless the setting names its vault. */
    private static final String PROVIDER_SETTINGS = "identity_provider_config.value";

    /** More of them say nothing new. */
    private static final int MAX_FINDINGS = 200;

    private final SecretIndex index = new SecretIndex();
    private final Set<String> classLinks = ConcurrentHashMap.newKeySet();
    private final Set<String> exceptedRealms = ConcurrentHashMap.newKeySet();
    private final Set<String> realmsWithoutProvider = ConcurrentHashMap.newKeySet();
    private final Set<String> planted = ConcurrentHashMap.newKeySet();
    private final Set<String> findings = new ConcurrentSkipListSet<>();
    private final Set<String> rightPlaces = new ConcurrentSkipListSet<>();
    private final Map<Where, LongAdder> searched = new ConcurrentSkipListMap<>();

    /** Where a secret has no business. */
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

    /** Its secrets are searched, and what it says itself is not. */
    public void watch(ClassLinkSimulator classLink) {
        classLinks.add(classLink.baseUrl().getAuthority());
        classLink.tellSecretsTo(index::add);
    }

    /** A realm in which Keycloak's built-in provider works, which keeps tokens in clear and logs them. */
    public void except(TestRealm realm) {
        exceptedRealms.add("/realms/" + realm.name() + "/");
    }

    /**
     * A realm whose provider is disabled or removed under a running login: Keycloak answers the browser that comes back alone, and
     * its span of that request keeps the address with the code, as docs/operate/metrics.md says.
     */
    public void exceptTracesOf(TestRealm realm) {
        realmsWithoutProvider.add("/realms/" + realm.name() + "/");
    }

    /** A token that a test writes into the database in clear, as the built-in provider would have left it. */
    public void plantedInDatabase(String token) {
        planted.add(token);
    }

    // ---- where to look ---------------------------------------------------------------------------------------------

    public void look(Where where, String place, String text) {
        look(where, place, text, secret -> false);
    }

    /** What Keycloak told a collector of traces. */
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

    /** Every text of every table, stored events of users and administrators among them. */
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
     * What a browser holds at a stop, without its address: ClassLink sent it there with a code. An administrator's may show the
     * client secret that was typed into it.
     *
     * @param contents by what they are
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

    /** What an app's program printed, which may have exchanged a token. */
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

    // ---- what there was --------------------------------------------------------------------------------------------

    /** What was found and where; never the secret itself. */
    public Collection<String> findings() {
        return findings;
    }

    /** Kinds of secrets that were found where they belong, and where. The search sees what is there. */
    public Collection<String> rightPlaces() {
        return rightPlaces;
    }

    public Collection<Secret> secrets() {
        return index.secrets();
    }

    /** Whether there were so many secrets that some were not searched. */
    public boolean isFull() {
        return index.secrets().size() >= SecretIndex.MAX_SECRETS;
    }

    /** Characters that were looked at. */
    public long searched(Where where) {
        LongAdder length = searched.get(where);
        return length == null ? 0 : length.sum();
    }
}
