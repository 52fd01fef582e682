package io.github.k12sso.classlink.demo.app;

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

/** Reads a person's classes over OneRoster 1.1, with their own ClassLink token or, at the gateway, Keycloak's. */
final class ClassesClient {

    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);
    private static final Duration READ_TIMEOUT = Duration.ofSeconds(10);
    /** For everything that one page needs. */
    private static final Duration PAGE_TIMEOUT = Duration.ofSeconds(20);

    private static final int CLASSES_LIMIT = 20;
    private static final int PEOPLE_LIMIT = 100;
    private static final int BODY_LIMIT_BYTES = 2 * 1024 * 1024;

    private final JsonMapper json = JsonMapper.builder().build();
    private final HttpClient http = HttpClient.newBuilder()
            .connectTimeout(CONNECT_TIMEOUT)
            .followRedirects(HttpClient.Redirect.NEVER)
            .build();
    private final String base;

    ClassesClient(URI rosterUrl) {
        this.base = rosterUrl.toString().replaceAll("/+$", "") + "/ims/oneroster/v1p1";
    }

    /**
     * The first 20 classes of a teacher or a student, by title, with at most 100 people each.
     *
     * @throws RosterTokenRefusedException when the token has ended
     * @throws RosterUnavailableException when any part of it cannot be read
     */
    List<SchoolClass> classesOf(SignedInPerson person, BearerAccessToken token) {
        long deadline = System.nanoTime() + PAGE_TIMEOUT.toNanos();
        String mine = person.isTeacher() ? "teachers" : "students";
        String others = person.isTeacher() ? "students" : "teachers";
        List<SchoolClass> classes = new ArrayList<>();
        for (JsonNode row :
                read("/" + mine + "/" + segment(person.sourcedId()) + "/classes", CLASSES_LIMIT, "classes", token)) {
            if (System.nanoTime() > deadline) {
                throw new RosterUnavailableException("The roster took longer than " + PAGE_TIMEOUT.toSeconds() + " s");
            }
            String id = row.path("sourcedId").asText();
            JsonNode people = read("/classes/" + segment(id) + "/" + others, PEOPLE_LIMIT, "users", token);
            classes.add(new SchoolClass(
                    id, row.path("title").asText(id), row.path("location").asText(""), named(people, others)));
        }
        classes.sort(Comparator.comparing(SchoolClass::title));
        return classes;
    }

    /** A class's students can come with rows of its teachers, so each row's own role decides. */
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

    private JsonNode read(String path, int limit, String key, BearerAccessToken token) {
        HttpRequest request = HttpRequest.newBuilder(URI.create(base + path + "?limit=" + limit))
                .timeout(READ_TIMEOUT)
                .header("Accept", "application/json")
                .header("Authorization", token.toAuthorizationHeader())
                .build();
        CompletableFuture<JsonNode> answer = http.sendAsync(request, HttpResponse.BodyHandlers.ofInputStream())
                .thenApply(this::body);
        try {
            // The request's own time-out ends with the response's head.
            JsonNode rows =
                    answer.get(READ_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS).path(key);
            if (!rows.isArray()) {
                throw new RosterUnavailableException("The roster's answer has no " + key);
            }
            return rows;
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RosterTokenRefusedException refused) {
                throw refused;
            }
            if (e.getCause() instanceof RosterRefusedException refused) {
                throw refused;
            }
            throw new RosterUnavailableException("The roster cannot be read", e.getCause());
        } catch (TimeoutException e) {
            answer.cancel(true);
            throw new RosterUnavailableException("The roster does not answer", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RosterUnavailableException("Interrupted while reading the roster", e);
        }
    }

    private JsonNode body(HttpResponse<InputStream> response) {
        try (InputStream body = response.body()) {
            if (response.statusCode() == 401) {
                throw new RosterTokenRefusedException();
            }
            if (response.statusCode() == 403) {
                throw new RosterRefusedException();
            }
            if (response.statusCode() != 200) {
                throw new RosterUnavailableException("The roster answered " + response.statusCode());
            }
            return json.readTree(body.readNBytes(BODY_LIMIT_BYTES));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A sourcedId may hold any character, a slash included. */
    private static String segment(String sourcedId) {
        return URLEncoder.encode(sourcedId, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
