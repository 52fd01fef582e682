package io.github.k12sso.classlink.oneroster.policy;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** The object types of OneRoster 1.1 with their JSON keys (docs/internals/classlink-rosters.md#collections). */
public enum RosterObjectType {
    ACADEMIC_SESSION("academicSessions", "academicSession", false),
    CLASS("classes", "class", true),
    COURSE("courses", "course", false),
    DEMOGRAPHICS("demographics", "demographics", true),
    ENROLLMENT("enrollments", "enrollment", true),
    ORG("orgs", "org", false),
    RESOURCE("resources", "resource", true),
    USER("users", "user", true);

    private final String plural;
    private final String singular;
    private final boolean restricted;

    RosterObjectType(String plural, String singular, boolean restricted) {
        this.plural = plural;
        this.singular = singular;
        this.restricted = restricted;
    }

    /** Returns the JSON key of a collection. */
    public String plural() {
        return plural;
    }

    /** Returns the JSON key of a single object. */
    public String singular() {
        return singular;
    }

    /** Returns whether access depends on the user. The other types are the district's orgs, courses and sessions. */
    public boolean isRestricted() {
        return restricted;
    }

    /**
     * A OneRoster 1.1 path for read requests, below {@code /ims/oneroster/v1p1}.
     *
     * @param pattern its segments, with {@value #ID} for an ID
     * @param objectType type of the rows
     */
    record Route(List<String> pattern, RosterObjectType objectType) {

        static final int MAX_ID_LENGTH = 255;
        private static final String ID = "{}";
        private static final int MAX_DECODINGS = 3;
        /** An empty segment or a {@code .} or {@code ..} segment, with or without a path parameter. */
        private static final Pattern STEP = Pattern.compile("\\s*\\.{0,2}\\s*(;.*)?", Pattern.DOTALL);

        /** The collections, of each of which a single object can be read. */
        private static final Map<String, RosterObjectType> COLLECTIONS = Map.ofEntries(
                Map.entry("academicSessions", ACADEMIC_SESSION),
                Map.entry("classes", CLASS),
                Map.entry("courses", COURSE),
                Map.entry("demographics", DEMOGRAPHICS),
                Map.entry("enrollments", ENROLLMENT),
                Map.entry("gradingPeriods", ACADEMIC_SESSION),
                Map.entry("orgs", ORG),
                Map.entry("resources", RESOURCE),
                Map.entry("schools", ORG),
                Map.entry("students", USER),
                Map.entry("teachers", USER),
                Map.entry("terms", ACADEMIC_SESSION),
                Map.entry("users", USER));

        private static final List<Route> ALL = routes();
        /** Finds the route of a path; empty if there is none. */
        static Optional<Route> of(List<String> segments) {
            return ALL.stream()
                    .filter(route -> matches(route.pattern(), segments))
                    .findFirst();
        }

        /**
         * Returns whether a link ends with the path of an object whose ID has only ASCII letters, digits, hyphens and
         * underscores. Such a path is the same after decoding and encoding, which are most of the work for a link.
         *
         * @param start where the path starts
         */
        static boolean isPlainObject(String link, int start) {
            int slash = link.indexOf('/', start);
            int id = slash + 1;
            if (slash < 0 || link.length() == id || link.length() - id > MAX_ID_LENGTH) {
                return false;
            }
            for (int at = id; at < link.length(); at++) {
                char c = link.charAt(at);
                if (!(c >= 'a' && c <= 'z')
                        && !(c >= 'A' && c <= 'Z')
                        && !(c >= '0' && c <= '9')
                        && c != '-'
                        && c != '_') {
                    return false;
                }
            }
            return COLLECTIONS.containsKey(link.substring(start, slash));
        }

        boolean isSingle() {
            return pattern.get(pattern.size() - 1).equals(ID);
        }

        private static List<Route> routes() {
            List<Route> routes = new ArrayList<>();
            COLLECTIONS.forEach((name, type) -> {
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
            nested.forEach((parent, children) -> children.forEach(
                    child -> routes.add(new Route(List.of(parent, ID, child), COLLECTIONS.get(child)))));
            for (String child : Set.of("enrollments", "students", "teachers")) {
                routes.add(new Route(List.of("schools", ID, "classes", ID, child), COLLECTIONS.get(child)));
            }
            return List.copyOf(routes);
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

        /** Returns whether a segment is a valid ID. Excludes characters that could change the path. */
        static boolean isId(String segment) {
            return !segment.isBlank()
                    && segment.length() <= MAX_ID_LENGTH
                    && segment.chars().noneMatch(Character::isISOControl)
                    && !isPath(segment);
        }

        /**
         * Returns whether an ID could leave the collection if a server or proxy decodes it twice or treats a backslash
         * as a slash: {@code ..}, {@code a/../b}, {@code /a}, {@code %2e%2e%2fa}, {@code ..;x}.
         */
        private static boolean isPath(String id) {
            String decoded = id;
            String before = "";
            for (int round = 0; round <= MAX_DECODINGS && !decoded.equals(before); round++) {
                for (String part : decoded.split("[/\\\\]", -1)) {
                    if (STEP.matcher(part).matches()) {
                        return true;
                    }
                }
                before = decoded;
                try {
                    decoded = URLDecoder.decode(decoded.replace("+", "%2B"), StandardCharsets.UTF_8);
                } catch (IllegalArgumentException e) {
                    return false; // a literal percent sign
                }
            }
            return false;
        }
    }
}
