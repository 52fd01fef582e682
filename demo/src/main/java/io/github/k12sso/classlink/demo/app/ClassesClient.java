package io.github.k12sso.classlink.demo.app;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.nimbusds.oauth2.sdk.token.BearerAccessToken;
import io.github.k12sso.classlink.demo.app.SchoolClass.RosterPerson;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Reads a user's classes over OneRoster 1.1, with the user's ClassLink token or, through the gateway, the Keycloak token. */
final class ClassesClient {

    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);
    private static final Duration READ_TIMEOUT = Duration.ofSeconds(30);
    /** Deadline for all calls of one page. */
    private static final Duration PAGE_TIMEOUT = Duration.ofSeconds(60);

    private static final int CLASSES_LIMIT = 20;
    private static final int PEOPLE_LIMIT = 100;
    private static final int REASON_LIMIT = 300;
    private static final int BODY_LIMIT_BYTES = 2 * 1024 * 1024;

    private final JsonMapper json = JsonMapper.builder().build();
    private final HttpClient http = HttpClient.newBuilder()
            .connectTimeout(CONNECT_TIMEOUT)
            .followRedirects(HttpClient.Redirect.NEVER)
            .build();
    private final String base;
    private final String tokenVariable;

    /** @param tokenVariable variable that replaces the token where calls are shown */
    ClassesClient(URI rosterUrl, String tokenVariable) {
        this.base = rosterUrl.toString().replaceAll("/+$", "") + "/ims/oneroster/v1p1";
        this.tokenVariable = tokenVariable;
    }

    /** Receives the number of classes read and their total. */
    interface Progress {
        void read(int classes, int of);
    }

    /**
     * The first 20 classes of a teacher or a student, by title, with at most 100 people each.
     *
     * @throws RosterTokenRefusedException if the token has expired
     * @throws RosterRefusedException if the user or the app has no access to the roster
     * @throws RosterUnavailableException if any part of it cannot be read
     */
    List<SchoolClass> classesOf(SignedInPerson person, BearerAccessToken token, CallLog calls, Progress progress) {
        long deadline = System.nanoTime() + PAGE_TIMEOUT.toNanos();
        String mine = person.isTeacher() ? "teachers" : "students";
        String others = person.isTeacher() ? "students" : "teachers";
        List<SchoolClass> classes = new ArrayList<>();
        JsonNode rows = read(
                "The app reads the classes of the " + (person.isTeacher() ? "teacher" : "student"),
                "/" + mine + "/" + segment(person.sourcedId()) + "/classes?limit=" + CLASSES_LIMIT,
                "classes",
                token,
                calls);
        for (JsonNode row : rows) {
            progress.read(classes.size(), rows.size());
            if (System.nanoTime() > deadline) {
                throw new RosterUnavailableException("The roster took longer than " + PAGE_TIMEOUT.toSeconds() + " s");
            }
            String id = row.path("sourcedId").asText();
            JsonNode people = read(
                    "The app reads the " + others + " of a class",
                    "/classes/" + segment(id) + "/" + others + "?limit=" + PEOPLE_LIMIT,
                    "users",
                    token,
                    calls);
            classes.add(new SchoolClass(
                    id, row.path("title").asText(id), row.path("location").asText(""), named(people, others)));
        }
        classes.sort(Comparator.comparing(SchoolClass::title));
        return classes;
    }

    /** A class's list of students can contain teachers, so the role of each row decides. */
    private static List<RosterPerson> named(JsonNode users, String collection) {
        List<RosterPerson> people = new ArrayList<>();
        for (JsonNode user : users) {
            boolean student = user.path("role").asText().equals("student");
            if (student == collection.equals("students")) {
                String name = user.path("givenName").asText() + " "
                        + user.path("familyName").asText();
                people.add(new RosterPerson(name.strip(), student));
            }
        }
        people.sort(Comparator.comparing(RosterPerson::name));
        return people;
    }

    private record Answer(int status, String challenge, String body) {}

    private JsonNode read(String title, String path, String key, BearerAccessToken token, CallLog calls) {
        HttpRequest request = HttpRequest.newBuilder(URI.create(base + path))
                .timeout(READ_TIMEOUT)
                .header("Accept", "application/json")
                .header("Authorization", token.toAuthorizationHeader())
                .build();
        OutgoingCall call = new OutgoingCall(title, "GET", request.uri()).bearer(tokenVariable);
        CompletableFuture<Answer> sent = http.sendAsync(request, HttpResponse.BodyHandlers.ofInputStream())
                .thenApply(ClassesClient::answer);
        try {
            // The timeout of the request covers only the response headers.
            Answer answer = sent.get(READ_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
            calls.add(call.answered(answer.status(), answer.body()));
            return rows(answer, key);
        } catch (ExecutionException e) {
            calls.add(call.failed("The roster service is unreachable"));
            throw new RosterUnavailableException("The roster cannot be read", e.getCause());
        } catch (TimeoutException e) {
            sent.cancel(true);
            calls.add(call.failed("No response within " + READ_TIMEOUT.toSeconds() + " seconds"));
            throw new RosterUnavailableException("The roster service did not respond", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RosterUnavailableException("Interrupted while reading the roster", e);
        }
    }

    private static Answer answer(HttpResponse<InputStream> response) {
        try (InputStream body = response.body()) {
            return new Answer(
                    response.statusCode(),
                    response.headers().firstValue("WWW-Authenticate").orElse(""),
                    new String(body.readNBytes(BODY_LIMIT_BYTES), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private JsonNode rows(Answer answer, String key) {
        switch (answer.status()) {
            case 200 -> {
                JsonNode rows = parsed(answer).path(key);
                if (rows.isArray()) {
                    return rows;
                }
                throw new RosterUnavailableException("The roster's response has no " + key);
            }
            case 401 -> throw new RosterTokenRefusedException();
            case 403 -> throw new RosterRefusedException(reason(answer), answer.challenge());
            default -> throw new RosterUnavailableException("The roster responded with status " + answer.status());
        }
    }

    /** OneRoster 1.1 errors have a {@code statusInfoSet}; some services send an object instead of a list. */
    private String reason(Answer answer) {
        try {
            JsonNode set = json.readTree(answer.body()).path("statusInfoSet");
            JsonNode info = set.isArray() ? set.path(0) : set;
            String reason = info.path("imsx_description").asText("").strip();
            return reason.substring(0, Math.min(reason.length(), REASON_LIMIT));
        } catch (JsonProcessingException e) {
            return "";
        }
    }

    private JsonNode parsed(Answer answer) {
        try {
            return json.readTree(answer.body());
        } catch (JsonProcessingException e) {
            throw new RosterUnavailableException("The roster's response is not JSON", e);
        }
    }

    /** A sourcedId can contain any character, including slashes. */
    private static String segment(String sourcedId) {
        return URLEncoder.encode(sourcedId, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
