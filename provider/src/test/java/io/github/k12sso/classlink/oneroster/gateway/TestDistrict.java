package io.github.k12sso.classlink.oneroster.gateway;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.k12sso.classlink.oneroster.client.OneRosterClient.PageResult;
import io.github.k12sso.classlink.oneroster.client.RosterFailure;
import io.github.k12sso.classlink.oneroster.client.RosterFailure.Reason;
import io.github.k12sso.classlink.oneroster.client.SourceLists;
import io.github.k12sso.classlink.oneroster.policy.Policy.RowRule;
import io.github.k12sso.classlink.oneroster.policy.RosterRequest;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** An in-memory district and its roster service, with the deviations that real services have. */
final class TestDistrict implements SourceLists.Source {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Pattern FILTER = Pattern.compile("([a-z]+)\\.sourcedId='(.*)'");
    private static final int CLAMP = 10;

    /** Deviations of a service. */
    enum Kind {
        /** Sends at most ten rows per page, without saying so. */
        CLAMPS,
        IGNORES_FILTERS,
        REFUSES_FILTERS,
        NOT_FOUND_PAST_THE_END,
        /** Returns 404 for a class without students or teachers. */
        NOT_FOUND_IF_EMPTY,
        CAPITAL_ROLES,
        /** Neither {@code X-Total-Count} nor {@code Link}. */
        NO_HEADERS,
        NO_LISTS_OF_CLASSES,
        NO_LISTS_OF_USERS,
        NO_LISTS_OF_STUDENTS_AND_TEACHERS,
        NO_SCHOOLS
    }

    /** Adds a class; all classes have the course {@code algebra} and the term {@code fall}. */
    record Course(String school, Set<String> students, Set<String> teachers) {}

    private final Set<Kind> kinds = EnumSet.noneOf(Kind.class);
    private final Map<String, ObjectNode> users = new TreeMap<>();
    private final Map<String, Course> classes = new TreeMap<>();
    private final Set<String> deleted = new TreeSet<>();
    private final List<String> calls = new CopyOnWriteArrayList<>();

    TestDistrict kinds(Collection<Kind> which) {
        kinds.addAll(which);
        return this;
    }

    // ---- content ---------------------------------------------------------------------------------------------

    TestDistrict user(String id, String role, String... agents) {
        ObjectNode row = row(id).put("username", "login-" + id)
                .put("enabledUser", "true")
                .put("givenName", "Given " + id)
                .put("familyName", "Family")
                .put("role", role)
                .put("email", id + "@example.org")
                .put("phone", "555 " + id)
                .put("password", "secret");
        row.putArray("orgs").add(reference("north"));
        row.putArray("agents")
                .addAll(Arrays.stream(agents).map(TestDistrict::reference).toList());
        users.put(id, row);
        return this;
    }

    TestDistrict course(String id, String school, Collection<String> students, Collection<String> teachers) {
        classes.put(id, new Course(school, new TreeSet<>(students), new TreeSet<>(teachers)));
        return this;
    }

    /** Marks the enrollment {@code tobedeleted}; it stays in the list. */
    void leave(String person, String classId) {
        deleted.add(enrollmentId(person, classId));
    }

    /** Marks the class {@code tobedeleted}; it stays in lists. */
    void delete(String classId) {
        deleted.add(classId);
    }

    Map<String, Course> classes() {
        return classes;
    }

    Map<String, ObjectNode> users() {
        return users;
    }

    /** The requested paths with their offsets. */
    List<String> calls() {
        return calls;
    }

    static String enrollmentId(String person, String classId) {
        return "e-" + classId + "-" + person;
    }

    // ---- the service -----------------------------------------------------------------------------------------------

    @Override
    public Runnable elsewhere(Consumer<SourceLists.Source> work) {
        return () -> work.accept(this);
    }

    @Override
    public PageResult read(RosterRequest request, RowRule rows) throws RosterFailure {
        String[] target = request.target().split("\\?", 2);
        List<String> path = Arrays.stream(target[0].substring(1).split("/", -1))
                .map(TestDistrict::decode)
                .toList();
        calls.add(target[0]
                + (request.isFiltered() && !kinds.contains(Kind.IGNORES_FILTERS) ? " filtered" : "")
                + (request.offset() > 0 ? " from " + request.offset() : ""));
        if (request.isSingle()) {
            rows.pass(single(path.get(0), path.get(1))
                    .orElseThrow(TestDistrict::notFound)
                    .deepCopy());
            return new PageResult(1, Optional.empty(), Optional.empty(), false, false);
        }
        List<ObjectNode> all = filtered(collection(path), target[1]);
        if (kinds.contains(Kind.NOT_FOUND_PAST_THE_END) && request.offset() > 0 && request.offset() >= all.size()) {
            throw notFound();
        }
        int limit = kinds.contains(Kind.CLAMPS) ? Math.min(CLAMP, request.limit()) : request.limit();
        List<ObjectNode> page = all.stream().skip(request.offset()).limit(limit).toList();
        page.forEach(row -> rows.pass(row.deepCopy()));
        boolean counts = !kinds.contains(Kind.NO_HEADERS) && !kinds.contains(Kind.NOT_FOUND_PAST_THE_END);
        return new PageResult(
                page.size(),
                Optional.of(Integer.toString(all.size())).filter(count -> counts),
                Optional.empty(),
                false,
                counts ? request.offset() + page.size() < all.size() : !page.isEmpty());
    }

    private List<ObjectNode> filtered(List<ObjectNode> rows, String query) throws RosterFailure {
        Optional<String> filter = Arrays.stream(query.split("&", -1))
                .filter(pair -> pair.startsWith("filter="))
                .map(pair -> decode(pair.substring("filter=".length())))
                .findFirst();
        if (filter.isEmpty() || kinds.contains(Kind.IGNORES_FILTERS)) {
            return rows;
        }
        Matcher parts = FILTER.matcher(filter.get());
        if (!parts.matches() || kinds.contains(Kind.REFUSES_FILTERS)) {
            throw new RosterFailure(Reason.SOURCE_REFUSED_QUERY, "no such filter");
        }
        return rows.stream()
                .filter(row -> refersTo(row.path(parts.group(1)), parts.group(2)))
                .toList();
    }

    private static boolean refersTo(JsonNode references, String id) {
        return references.isArray()
                ? Stream.iterate(0, i -> i < references.size(), i -> i + 1)
                        .anyMatch(i -> refersTo(references.get(i), id))
                : references.path("sourcedId").asText().equals(id);
    }

    private List<ObjectNode> collection(List<String> path) throws RosterFailure {
        String last = path.get(path.size() - 1);
        if (path.size() == 1) {
            return switch (last) {
                case "students" -> people(ofRole("student"));
                case "teachers" -> people(ofRole("teacher"));
                case "users" -> people(users.keySet());
                case "classes" -> classes.keySet().stream().map(this::classRow).toList();
                default -> enrollments(classes.keySet());
            };
        }
        if (path.size() == 5) {
            require(!kinds.contains(Kind.NO_SCHOOLS));
            Course course = classes.get(path.get(3));
            require(course != null && course.school().equals(path.get(1)) && last.equals("enrollments"));
            return enrollments(List.of(path.get(3)));
        }
        return nested(path.get(0), path.get(1), last);
    }

    private List<ObjectNode> nested(String parent, String id, String last) throws RosterFailure {
        switch (parent) {
            case "classes" -> {
                require(!kinds.contains(Kind.NO_LISTS_OF_CLASSES) && classes.containsKey(id));
                Course course = classes.get(id);
                Set<String> members = last.equals("students") ? course.students() : course.teachers();
                require(!kinds.contains(Kind.NOT_FOUND_IF_EMPTY) || !members.isEmpty());
                return people(members);
            }
            case "users", "students", "teachers" -> {
                require(!kinds.contains(
                        parent.equals("users") ? Kind.NO_LISTS_OF_USERS : Kind.NO_LISTS_OF_STUDENTS_AND_TEACHERS));
                require(single(parent, id).isPresent() && last.equals("classes"));
                return classes.entrySet().stream()
                        .filter(entry -> (!parent.equals("teachers")
                                        && entry.getValue().students().contains(id))
                                || (!parent.equals("students")
                                        && entry.getValue().teachers().contains(id)))
                        .map(entry -> classRow(entry.getKey()))
                        .toList();
            }
            default -> throw notFound();
        }
    }

    private Optional<ObjectNode> single(String collection, String id) {
        return switch (collection) {
            case "classes" -> Optional.of(id).filter(classes::containsKey).map(this::classRow);
            case "enrollments" ->
                enrollments(classes.keySet()).stream()
                        .filter(row -> row.get("sourcedId").textValue().equals(id))
                        .findFirst();
            case "students" ->
                Optional.of(id).filter(ofRole("student")::contains).map(this::person);
            case "teachers" ->
                Optional.of(id).filter(ofRole("teacher")::contains).map(this::person);
            default -> Optional.of(id).filter(users::containsKey).map(this::person);
        };
    }

    private Set<String> ofRole(String role) {
        Set<String> ids = new TreeSet<>(users.keySet());
        ids.removeIf(id -> !users.get(id).get("role").textValue().equals(role));
        return ids;
    }

    private List<ObjectNode> people(Collection<String> ids) {
        return ids.stream().map(this::person).toList();
    }

    private ObjectNode person(String id) {
        return withRole(users.get(id));
    }

    private ObjectNode withRole(ObjectNode row) {
        String role = row.get("role").textValue();
        return kinds.contains(Kind.CAPITAL_ROLES)
                ? row.deepCopy().put("role", role.substring(0, 1).toUpperCase(Locale.ROOT) + role.substring(1))
                : row;
    }

    private ObjectNode classRow(String id) {
        ObjectNode row = row(id).put("title", "Class " + id);
        row.put("status", deleted.contains(id) ? "tobedeleted" : "active");
        row.set("school", reference(classes.get(id).school()));
        row.set("course", reference("algebra"));
        row.putArray("terms").add(reference("fall"));
        row.putObject("metadata").put("room", "1");
        return row;
    }

    private List<ObjectNode> enrollments(Collection<String> ofClasses) {
        List<ObjectNode> rows = new ArrayList<>();
        for (String id : ofClasses) {
            classes.get(id).students().forEach(person -> rows.add(enrollment(person, id, "student")));
            classes.get(id).teachers().forEach(person -> rows.add(enrollment(person, id, "teacher")));
        }
        return rows;
    }

    private ObjectNode enrollment(String person, String classId, String role) {
        ObjectNode row = row(enrollmentId(person, classId)).put("role", role);
        row.put("status", deleted.contains(enrollmentId(person, classId)) ? "tobedeleted" : "active");
        row.set("user", reference(person));
        row.set("class", reference(classId));
        row.set("school", reference(classes.get(classId).school()));
        return withRole(row);
    }

    private static ObjectNode row(String id) {
        return JSON.createObjectNode()
                .put("sourcedId", id)
                .put("status", "active")
                .put("dateLastModified", "2026-01-01T00:00:00.000Z");
    }

    private static ObjectNode reference(String id) {
        return JSON.createObjectNode().put("sourcedId", id);
    }

    private static void require(boolean there) throws RosterFailure {
        if (!there) {
            throw notFound();
        }
    }

    private static RosterFailure notFound() {
        return new RosterFailure(Reason.UNKNOWN_OBJECT, "no such object");
    }

    private static String decode(String text) {
        return URLDecoder.decode(text, StandardCharsets.UTF_8);
    }
}
