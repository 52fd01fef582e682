package io.github.k12sso.classlink.oneroster.policy;

import io.github.k12sso.classlink.oneroster.policy.RosterObjectType.Route;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A request that OneRoster 1.1 has for reading rosters, and nothing else: no caller chooses a host, a district or a prefix.
 * Its text form, for the source, is made from the parts and never from what was sent.
 */
public final class RosterRequest {

    private final Route route;
    private final List<String> segments;
    private final CollectionQuery query;

    private RosterRequest(Route route, List<String> segments, CollectionQuery query) {
        this.route = route;
        this.segments = List.copyOf(segments);
        this.query = query;
    }

    /**
     * Takes a request apart. What changes nothing is ignored: a slash at the end, parameters without a value or of another
     * name, and all but {@code fields} for a single object.
     *
     * @param segments of the path below {@code ims/oneroster/v1p1}, each decoded once
     * @param parameters of the query, decoded
     * @throws InvalidRequest if OneRoster 1.1 has no such path, or the query is not one
     */
    public static RosterRequest parse(List<String> segments, Map<String, List<String>> parameters)
            throws InvalidRequest {
        List<String> path = segments;
        while (path.size() > 1 && path.get(path.size() - 1).isEmpty()) {
            path = path.subList(0, path.size() - 1);
        }
        Route route = Route.of(path).orElseThrow(InvalidRequest::path);
        return new RosterRequest(
                route,
                path,
                route.isSingle() ? CollectionQuery.ofObject(parameters) : CollectionQuery.ofCollection(parameters));
    }

    /** The rows of a collection in which a field has one value. */
    public static RosterRequest where(String collection, String field, String value) throws InvalidRequest {
        String filter = RosterFilter.Clause.equal(field, value).toString();
        return parse(List.of(collection), Map.of("filter", List.of(filter)));
    }

    /** What the rows of the answer are. */
    public RosterObjectType objectType() {
        return route.objectType();
    }

    /** One object, not a collection. */
    public boolean isSingle() {
        return route.isSingle();
    }

    /** Whether a filter chooses rows. */
    public boolean isFiltered() {
        return query.filter() != null;
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
    public boolean isWholeCollection() {
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

    /** A path or a query that OneRoster 1.1 does not have, or that the gateway does not pass on. */
    public static final class InvalidRequest extends Exception {

        private static final long serialVersionUID = 1L;

        private final String codeMinor;

        /**
         * @param codeMinor OneRoster's word for it (docs/internals/classlink-rosters.md#errors)
         * @param message for the app's developer; of constants and names of parameters only
         */
        InvalidRequest(String codeMinor, String message) {
            super(message);
            this.codeMinor = codeMinor;
        }

        static InvalidRequest path() {
            return new InvalidRequest("unknownobject", "OneRoster 1.1 has no such path for reading rosters");
        }

        public static InvalidRequest query(String message) {
            return new InvalidRequest("invaliddata", message);
        }

        static InvalidRequest filter(String message) {
            return new InvalidRequest("invalid_filter_field", message);
        }

        /** Whether it is the path, and not the query. */
        public boolean isUnknownPath() {
            return codeMinor.equals("unknownobject");
        }

        /** {@code imsx_codeMinor}. */
        public String codeMinor() {
            return codeMinor;
        }
    }

    /** Where the links in the rows of one page lead: to the gateway. For one thread. */
    public static final class Links {

        private static final String ROOT = "/ims/oneroster/v1p1/";

        /** A page names the same schools, classes and terms over and over: reading each link anew took a quarter of a pull's time. */
        private static final int REMEMBERED = 1_000;

        /** Longer ones are not remembered: a hostile page would fill memory with them. */
        private static final int REMEMBERED_LENGTH = 512;

        private final String base;
        private final Map<String, Optional<String>> remembered = new HashMap<>();

        /** @param base the gateway's address for this district, up to and with {@code /ims/oneroster/v1p1} */
        public Links(String base) {
            this.base = base;
        }

        /** The same object at the gateway; empty if the link leads to nothing that it has. */
        Optional<String> rewrite(String href) {
            if (href.length() > REMEMBERED_LENGTH) {
                return read(href);
            }
            if (remembered.size() >= REMEMBERED) {
                remembered.clear();
            }
            return remembered.computeIfAbsent(href, this::read);
        }

        private Optional<String> read(String href) {
            int root = href.indexOf(ROOT);
            if (root < 0) {
                return Optional.empty();
            }
            try {
                List<String> segments = Arrays.stream(
                                href.substring(root + ROOT.length()).split("/", -1))
                        .map(segment -> URLDecoder.decode(segment.replace("+", "%2B"), StandardCharsets.UTF_8))
                        .toList();
                RosterRequest request = RosterRequest.parse(segments, Map.of());
                return request.isSingle() ? Optional.of(base + request.target()) : Optional.empty();
            } catch (InvalidRequest | IllegalArgumentException e) {
                return Optional.empty();
            }
        }
    }
}
