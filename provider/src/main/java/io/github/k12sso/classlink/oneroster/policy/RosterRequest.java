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
 * A valid OneRoster 1.1 read request. A caller cannot select a host, a district or a path prefix. The URL for the
 * roster service is built from the parsed parts, never from the received text.
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
     * Parses a request. Ignores a trailing slash, unknown parameters, parameters without a value, and all parameters
     * except {@code fields} for a single object.
     *
     * @param segments decoded segments of the path below {@code ims/oneroster/v1p1}
     * @param parameters decoded query parameters
     * @throws InvalidRequest if the path or the query is not valid in OneRoster 1.1
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

    /** Creates a request for the rows in which a field has a value. */
    public static RosterRequest where(String collection, String field, String value) throws InvalidRequest {
        String filter = RosterFilter.Clause.equal(field, value).toString();
        return parse(List.of(collection), Map.of("filter", List.of(filter)));
    }

    /** Returns the type of the rows. */
    public RosterObjectType objectType() {
        return route.objectType();
    }

    /** Returns whether it is for a single object. */
    public boolean isSingle() {
        return route.isSingle();
    }

    /** Returns whether it has a filter. */
    public boolean isFiltered() {
        return query.filter() != null;
    }

    /** Returns the maximum number of rows; 1 for a single object. */
    public int limit() {
        return isSingle() ? 1 : query.limit();
    }

    /** Returns the number of rows to skip. */
    public long offset() {
        return query.offset();
    }

    /** Returns the request for another page. */
    public RosterRequest page(long offset, int limit) {
        return new RosterRequest(route, segments, query.page(offset, limit));
    }

    CollectionQuery query() {
        return query;
    }

    /** Returns the first collection of the path. */
    String first() {
        return segments.get(0);
    }

    /** Returns the collection of the rows: {@code students} for {@code classes/{id}/students}. */
    String last() {
        return isSingle() ? first() : segments.get(segments.size() - 1);
    }

    /** Returns whether it is for a top-level collection. */
    public boolean isWholeCollection() {
        return segments.size() == 1;
    }

    /** Returns the ID after a collection in the path. */
    Optional<String> idAfter(String collection) {
        for (int i = 0; i + 1 < segments.size(); i += 2) {
            if (segments.get(i).equals(collection)) {
                return Optional.of(segments.get(i + 1));
            }
        }
        return Optional.empty();
    }

    /**
     * Returns the path and query for the roster service, below {@code /ims/oneroster/v1p1}; IDs are percent-encoded
     * (Trap 16, docs/internals/classlink-traps.md).
     */
    public String target() {
        StringBuilder target = new StringBuilder();
        segments.forEach(segment -> target.append('/').append(encode(segment)));
        return isSingle()
                ? target.toString()
                : target.append('?').append(query.encode()).toString();
    }

    /** Returns the path and query for a link to the gateway, including {@code fields}. */
    public String link() {
        String fields = query.fields().isEmpty() ? "" : "fields=" + String.join(",", query.fields());
        if (fields.isEmpty()) {
            return target();
        }
        return target() + (isSingle() ? "?" : "&") + fields;
    }

    /**
     * Encodes a path segment: everything except letters, digits and {@code -._~}. Keycloak's {@code Encode} does not
     * encode {@code ;}, {@code =} and {@code :}, which a server may treat as path parameters.
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

    /** Returns the path without IDs, for metrics, events and log lines. */
    public String pathPattern() {
        return String.join("/", route.pattern());
    }

    /** The path or query is not valid in OneRoster 1.1 or not supported by the gateway. */
    public static final class InvalidRequest extends Exception {

        private static final long serialVersionUID = 1L;

        private final String codeMinor;

        /**
         * @param codeMinor OneRoster's error code (docs/internals/classlink-rosters.md#errors)
         * @param message for the developer, with constants and parameter names only
         */
        InvalidRequest(String codeMinor, String message) {
            super(message);
            this.codeMinor = codeMinor;
        }

        static InvalidRequest path() {
            return new InvalidRequest("unknownobject", "OneRoster 1.1 has no such path for read requests");
        }

        public static InvalidRequest query(String message) {
            return new InvalidRequest("invaliddata", message);
        }

        static InvalidRequest filter(String message) {
            return new InvalidRequest("invalid_filter_field", message);
        }

        /** Returns whether the path is invalid. */
        public boolean isUnknownPath() {
            return codeMinor.equals("unknownobject");
        }

        /** Returns the {@code imsx_codeMinor}. */
        public String codeMinor() {
            return codeMinor;
        }
    }

    /** Rewrites the links in a page's rows to the gateway. Not thread-safe. */
    public static final class Links {

        private static final String ROOT = "/ims/oneroster/v1p1/";

        /**
         * Maximum number of cached links with unusual IDs. Rows repeat the same links, and parsing takes 1 µs.
         */
        private static final int REMEMBERED = 1_000;

        /** Longer links are not cached, to limit memory use. */
        private static final int REMEMBERED_LENGTH = 512;

        private final String base;
        private final Map<String, Optional<String>> remembered = new HashMap<>();

        /** @param base the gateway's URL for this district, including {@code /ims/oneroster/v1p1} */
        public Links(String base) {
            this.base = base;
        }

        /** Returns the gateway's link for the same object; empty if the gateway does not have it. */
        Optional<String> rewrite(String href) {
            int root = href.indexOf(ROOT);
            if (root < 0) {
                return Optional.empty();
            }
            if (Route.isPlainObject(href, root + ROOT.length())) {
                return Optional.of(base + href.substring(root + ROOT.length() - 1));
            }
            if (href.length() > REMEMBERED_LENGTH) {
                return read(href);
            }
            if (remembered.size() >= REMEMBERED) {
                remembered.clear();
            }
            return remembered.computeIfAbsent(href, this::read);
        }

        private Optional<String> read(String href) {
            try {
                List<String> segments = Arrays.stream(href.substring(href.indexOf(ROOT) + ROOT.length())
                                .split("/", -1))
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
