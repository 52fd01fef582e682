package io.github.k12sso.classlink.it.resilience;

import com.fasterxml.jackson.databind.JsonNode;
import com.nimbusds.jwt.JWTParser;
import io.github.k12sso.classlink.it.support.AdminApi;
import io.github.k12sso.classlink.it.support.Http;
import io.github.k12sso.classlink.it.support.Roster;
import io.github.k12sso.classlink.it.support.TestRealm;
import io.github.k12sso.classlink.it.support.WebPage;
import java.net.http.HttpResponse;
import java.text.ParseException;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/** Simulates users and apps. Responses that docs/operate/reliability.md does not allow are recorded as errors. */
final class Traffic {

    /** Visitors sign in and out independently; every fifth login is a first login. */
    static final List<String> VISITORS = List.of("parent", "tenant-administrator");
    /** Residents stay signed in, and their apps exchange tokens. */
    private static final List<String> RESIDENTS = List.of("student", "teacher", "teacher-of-two-schools", "twin-maple");

    private static final int FORGOTTEN_EVERY = 5;

    private final TestRealm realm;
    private final Roster roster;
    private final String administrator;
    private final Map<String, String> tokens = new TreeMap<>();
    private final Map<String, AtomicInteger> answers = new ConcurrentHashMap<>();
    private final Queue<String> wrong = new ConcurrentLinkedQueue<>();
    private final AtomicInteger logins = new AtomicInteger();
    private final AtomicInteger exchanges = new AtomicInteger();

    Traffic(TestRealm realm, Roster roster) {
        this.realm = realm;
        this.roster = roster;
        this.administrator = roster.administratorsToken("roster-administrator");
        RESIDENTS.forEach(persona ->
                tokens.put(persona, realm.tokensOf(persona).get("access_token").textValue()));
    }

    /** A visitor signs in and, if successful, signs out. */
    void login(String persona) {
        int number = logins.getAndIncrement();
        WebPage page = realm.login(realm.newBrowser(), persona);
        if (!page.handedToApp().containsKey("code")) {
            count("login", page.status() + " " + (page.error().isBlank() ? "blank" : "told"), 400, 502, 503);
            return;
        }
        JsonNode token = realm.redeem(page, TestRealm.APP, TestRealm.APP_SECRET);
        HttpResponse<String> out = new Http()
                .send(Http.form(
                        realm.url("/protocol/openid-connect/logout"),
                        Map.of(
                                "client_id",
                                TestRealm.APP,
                                "client_secret",
                                TestRealm.APP_SECRET,
                                "refresh_token",
                                token.get("refresh_token").textValue())));
        count("login and out", String.valueOf(out.statusCode()), 204);
        if (number % FORGOTTEN_EVERY == 0) {
            forget(userOf(token.get("access_token").textValue()));
        }
    }

    private void forget(String user) {
        AdminApi.require(realm.admin().delete("/realms/" + realm.name() + "/users/" + user), "remove user");
    }

    private static String userOf(String token) {
        try {
            return JWTParser.parse(token).getJWTClaimsSet().getSubject();
        } catch (ParseException e) {
            throw new IllegalArgumentException(e);
        }
    }

    /** An app exchanges for a resident's ClassLink token, which has always expired. */
    void exchange() {
        String persona = RESIDENTS.get(exchanges.getAndIncrement() % RESIDENTS.size());
        count("exchange", String.valueOf(realm.exchange(tokens.get(persona)).statusCode()), 200, 503);
    }

    /** An app reads a page of a roster. */
    void read() {
        HttpResponse<String> page = roster.get(administrator, Roster.MAPLE_VALLEY, "users?limit=500");
        count("roster", String.valueOf(page.statusCode()), 200, 429, 502, 503, 504);
    }

    private void count(String what, String answer, Integer... allowed) {
        answers.computeIfAbsent(what + " " + answer, name -> new AtomicInteger())
                .incrementAndGet();
        if (!List.of(allowed).contains(Integer.valueOf(answer.split(" ", 2)[0]))) {
            wrong.add(what + " " + answer);
        }
    }

    /** Records a failure without a response. */
    void failed(Throwable failure) {
        wrong.add(failure.toString());
    }

    /** Whether every resident can get their token, now that ClassLink is available. */
    boolean everyResidentHasTheirToken() {
        return tokens.values().stream().allMatch(token -> realm.exchange(token).statusCode() == 200);
    }

    /** Deletes the visitors. */
    void deleteVisitors() {
        List<String> residents = tokens.values().stream().map(Traffic::userOf).toList();
        for (JsonNode user : realm.state().users()) {
            String id = user.get("id").textValue();
            if (!residents.contains(id) && !"local".equals(user.get("username").textValue())) {
                forget(id);
            }
        }
    }

    Map<String, AtomicInteger> answers() {
        return new TreeMap<>(answers);
    }

    List<String> wrong() {
        return List.copyOf(wrong);
    }
}
