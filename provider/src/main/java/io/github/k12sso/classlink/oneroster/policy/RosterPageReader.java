package io.github.k12sso.classlink.oneroster.policy;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.k12sso.classlink.oneroster.policy.Policy.RowRule;
import io.github.k12sso.classlink.oneroster.policy.RosterRequest.InvalidRequest;
import java.io.CharConversionException;
import java.io.IOException;
import java.io.InputStream;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads a source's answer row by row, with one row in memory, and writes what passes. */
public final class RosterPageReader {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final RosterRequest request;
    private final RowRule rows;
    private final Links links;

    public RosterPageReader(RosterRequest request, RowRule rows, Links links) {
        this.request = request;
        this.rows = rows;
        this.links = links;
    }

    /** Where a row that passed goes. */
    @FunctionalInterface
    public interface Sink {
        void row(ObjectNode row) throws IOException;
    }

    /**
     * Reads an answer to its end.
     *
     * @return rows that the source sent, before any was dropped
     * @throws BrokenPage if the answer is not what was asked for, from its first byte to its last
     * @throws IOException if it cannot be read or written
     */
    public int read(InputStream answer, Sink sink) throws BrokenPage, IOException {
        try (JsonParser parser = JSON.createParser(answer)) {
            int count = object(parser, sink);
            if (parser.nextToken() != null) {
                throw new BrokenPage("the answer goes on after its end");
            }
            return count;
        } catch (JsonProcessingException | CharConversionException e) {
            // Not its message, which quotes the answer.
            throw new BrokenPage("the answer is not JSON, or is cut off");
        }
    }

    private int object(JsonParser parser, Sink sink) throws BrokenPage, IOException {
        if (parser.nextToken() != JsonToken.START_OBJECT) {
            throw new BrokenPage("the answer is no JSON object");
        }
        String key = request.isSingle()
                ? request.objectType().singular()
                : request.objectType().plural();
        int count = -1;
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            boolean wanted = parser.currentName().equals(key);
            parser.nextToken();
            if (wanted) {
                if (count >= 0) {
                    throw new BrokenPage("the answer has its rows twice");
                }
                count = request.isSingle() ? single(parser, sink) : collection(parser, sink);
            } else {
                parser.skipChildren();
            }
        }
        if (count < 0) {
            throw new BrokenPage("the answer lacks " + key);
        }
        return count;
    }

    private int single(JsonParser parser, Sink sink) throws BrokenPage, IOException {
        row(parser, sink);
        return 1;
    }

    private int collection(JsonParser parser, Sink sink) throws BrokenPage, IOException {
        if (parser.currentToken() != JsonToken.START_ARRAY) {
            throw new BrokenPage("the rows are no array");
        }
        int count = 0;
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            row(parser, sink);
            count++;
        }
        return count;
    }

    private void row(JsonParser parser, Sink sink) throws BrokenPage, IOException {
        if (parser.currentToken() != JsonToken.START_OBJECT) {
            throw new BrokenPage("a row is no object");
        }
        ObjectNode row = JSON.readTree(parser);
        Optional<ObjectNode> passed = rows.pass(row);
        if (passed.isPresent()) {
            rewrite(passed.get(), links);
            sink.row(passed.get());
        }
    }

    /**
     * Links lead to the district's server, past every check of ours (Trap 21, docs/internals/classlink-rosters.md):
     * they lead here, or nowhere.
     */
    public static void rewrite(JsonNode node, Links links) {
        if (node instanceof ObjectNode object) {
            JsonNode href = object.get("href");
            if (href != null) {
                Optional<String> own = links.rewrite(href.asText());
                if (own.isPresent()) {
                    object.put("href", own.get());
                } else {
                    object.remove("href");
                }
            }
            object.forEach(each -> rewrite(each, links));
        } else if (node instanceof ArrayNode array) {
            array.forEach(each -> rewrite(each, links));
        }
    }

    /**
     * A source's answer that is no OneRoster page: no JSON, cut off, or without the rows it should have (Trap 20,
     * docs/internals/classlink-rosters.md).
     */
    public static final class BrokenPage extends Exception {

        private static final long serialVersionUID = 1L;

        /** @param message of constants only */
        BrokenPage(String message) {
            super(message);
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
