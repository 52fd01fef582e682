package io.github.k12sso.classlink.oneroster.policy;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A request that OneRoster 1.1 has for reading rosters, and nothing else: no caller chooses a host, a district or a prefix.
 * Its text form, for the source, is made from the parts and never from what was sent.
 */
public final class RosterRequest {

    private static final int MAX_ID_LENGTH = 255;
    private static final String ID = "{}";

    private record Route(List<String> pattern, RosterObjectType objectType) {

        boolean isSingle() {
            return pattern.get(pattern.size() - 1).equals(ID);
        }
    }

    private static final List<Route> ROUTES = routes();

    private final Route route;
    private final List<String> segments;
    private final CollectionQuery query;

    private RosterRequest(Route route, List<String> segments, CollectionQuery query) {
        this.route = route;
        this.segments = List.copyOf(segments);
        this.query = query;
    }

    private static List<Route> routes() {
        List<Route> routes = new ArrayList<>();
        Map<String, RosterObjectType> collections = Map.ofEntries(
                Map.entry("academicSessions", RosterObjectType.ACADEMIC_SESSION),
                Map.entry("classes", RosterObjectType.CLASS),
                Map.entry("courses", RosterObjectType.COURSE),
                Map.entry("demographics", RosterObjectType.DEMOGRAPHICS),
                Map.entry("enrollments", RosterObjectType.ENROLLMENT),
                Map.entry("gradingPeriods", RosterObjectType.ACADEMIC_SESSION),
                Map.entry("orgs", RosterObjectType.ORG),
                Map.entry("resources", RosterObjectType.RESOURCE),
                Map.entry("schools", RosterObjectType.ORG),
                Map.entry("students", RosterObjectType.USER),
                Map.entry("teachers", RosterObjectType.USER),
                Map.entry("terms", RosterObjectType.ACADEMIC_SESSION),
                Map.entry("users", RosterObjectType.USER));
        collections.forEach((name, type) -> {
            routes.add(new Route(List.of(name), type));
            routes.add(new Route(List.of(name, ID), type));
        });
        Map<String, Set<String>> nested = Map.of(
                "schools", Set.of("classes", "courses", "enrollments", "students", "teachers", "terms"),
                "classes", Set.of("resources", "students", "teachers"),
                "courses", Set.of("classes", "resources"),
                "students", Set.of("classes"),
                "teachers", Set.of("classes"),
                "users", Set.of("classes"),
                "terms", Set.of("classes", "gradingPeriods"));
        nested.forEach((parent, children) ->
                children.forEach(child -> routes.add(new Route(List.of(parent, ID, child), collections.get(child)))));
        for (String child : Set.of("enrollments", "students", "teachers")) {
            routes.add(new Route(List.of("schools", ID, "classes", ID, child), collections.get(child)));
        }
        return List.copyOf(routes);
    }

    /**
     * Takes a request apart.
     *
     * @param segments of the path below {@code ims/oneroster/v1p1}, each decoded once
     * @param parameters of the query, decoded
     * @throws InvalidRequest if OneRoster 1.1 has no such path, or the query is not one
     */
    public static RosterRequest parse(List<String> segments, Map<String, List<String>> parameters)
            throws InvalidRequest {
        for (Route route : ROUTES) {
            if (matches(route.pattern(), segments)) {
                return new RosterRequest(
                        route,
                        segments,
                        route.isSingle()
                                ? CollectionQuery.ofObject(parameters)
                                : CollectionQuery.ofCollection(parameters));
            }
        }
        throw InvalidRequest.path();
    }

    private static boolean matches(List<String> pattern, List<String> segments) {
        if (pattern.size() != segments.size()) {
            return false;
        }
        for (int i = 0; i < pattern.size(); i++) {
            String segment = segments.get(i);
            if (!(pattern.get(i).equals(ID) ? isId(segment) : pattern.get(i).equals(segment))) {
                return false;
            }
        }
        return true;
    }

    /** Any character may stand in an id but those that no id has and a path could be bent with. */
    private static boolean isId(String segment) {
        return !segment.isBlank()
                && segment.length() <= MAX_ID_LENGTH
                && !segment.equals(".")
                && !segment.equals("..")
                && segment.chars().noneMatch(Character::isISOControl);
    }

    /** What the rows of the answer are. */
    public RosterObjectType objectType() {
        return route.objectType();
    }

    /** One object, not a collection. */
    public boolean isSingle() {
        return route.isSingle();
    }

    /** Rows that the app asked for at most; 1 for a single object. */
    public int limit() {
        return isSingle() ? 1 : query.limit();
    }

    /** Rows before them. */
    public long offset() {
        return query.offset();
    }

    /** The same collection from another row on. */
    public RosterRequest page(long offset, int limit) {
        return new RosterRequest(route, segments, query.page(offset, limit));
    }

    RosterRequest with(RosterFilter filter) {
        return new RosterRequest(route, segments, query.with(filter));
    }

    CollectionQuery query() {
        return query;
    }

    /** The collection that it begins with. */
    String first() {
        return segments.get(0);
    }

    /** The collection of the rows: {@code students} for {@code classes/{id}/students}. */
    String last() {
        return isSingle() ? first() : segments.get(segments.size() - 1);
    }

    /** Whether it is one of the thirteen collections as a whole. */
    boolean isWholeCollection() {
        return segments.size() == 1;
    }

    /** The id after a word of the path. */
    Optional<String> idAfter(String collection) {
        for (int i = 0; i + 1 < segments.size(); i += 2) {
            if (segments.get(i).equals(collection)) {
                return Optional.of(segments.get(i + 1));
            }
        }
        return Optional.empty();
    }

    /**
     * Path and query for the source, below {@code /ims/oneroster/v1p1}; ids percent-encoded (Trap 16,
     * docs/internals/classlink-rosters.md).
     */
    public String target() {
        StringBuilder target = new StringBuilder();
        segments.forEach(segment -> target.append('/').append(encode(segment)));
        return isSingle()
                ? target.toString()
                : target.append('?').append(query.encode()).toString();
    }

    /** The same with everything that the app asked for, for a link to the gateway. */
    public String link() {
        String fields = query.fields().isEmpty() ? "" : "fields=" + String.join(",", query.fields());
        if (fields.isEmpty()) {
            return target();
        }
        return target() + (isSingle() ? "?" : "&") + fields;
    }

    /**
     * A path segment: letters, digits and {@code -._~} stay, everything else is encoded. Keycloak's {@code Encode} leaves {@code
     * ;}, {@code =} and {@code :} as they are, which a server may take for parameters of the path.
     */
    public static String encode(String segment) {
        StringBuilder encoded = new StringBuilder();
        for (byte each : segment.getBytes(StandardCharsets.UTF_8)) {
            char c = (char) (each & 0xff);
            if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || "-._~".indexOf(c) >= 0) {
                encoded.append(c);
            } else {
                encoded.append(String.format("%%%02X", (int) c));
            }
        }
        return encoded.toString();
    }

    /** The kind of request, without ids: for metrics, events and log lines. */
    public String pathPattern() {
        return String.join("/", route.pattern());
    }
}
