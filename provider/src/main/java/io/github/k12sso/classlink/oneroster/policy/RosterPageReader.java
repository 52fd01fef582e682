package io.github.k12sso.classlink.oneroster.policy;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.github.k12sso.classlink.oneroster.policy.Policy.RowRule;
import io.github.k12sso.classlink.oneroster.policy.RosterRequest.Links;
import java.io.CharConversionException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;

/**
 * Reads a response row by row, with one row in memory, and writes the permitted part of each row. Rows beyond the
 * requested number are read but not passed on, because some services ignore the limit.
 */
public final class RosterPageReader {

    /** Maximum characters of the names and strings in a row. */
    static final int MAX_ROW_LENGTH = 1024 * 1024;
    /** Maximum values in a row, including arrays and objects: an org can list thousands of child orgs. */
    static final int MAX_ROW_NODES = 20_000;
    /** Maximum nesting depth. */
    static final int MAX_DEPTH = 64;
    /** Maximum tokens outside the rows, and maximum distinct field names in the rows. */
    static final int MAX_OTHERS = 5_000;

    private static final int MAX_NAME_LENGTH = 255;
    static final ObjectMapper JSON = new ObjectMapper(new JsonFactoryBuilder()
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .rootValueSeparator("")
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(MAX_DEPTH)
                    .maxStringLength(MAX_ROW_LENGTH)
                    .maxNameLength(MAX_NAME_LENGTH)
                    .build())
            .build());

    private final RosterRequest request;
    private final RowRule rows;
    private final Links links;
    private int others;
    private int seen;
    private String firstId = "";

    public RosterPageReader(RosterRequest request, RowRule rows, Links links) {
        this.request = request;
        this.rows = rows;
        this.links = links;
    }

    /** Receives the permitted rows as JSON. */
    @FunctionalInterface
    public interface Sink {
        void row(byte[] row) throws IOException;
    }

    /**
     * Reads a complete response.
     *
     * @return the number of received rows, before filtering
     * @throws BrokenPage if the response is not a valid page
     * @throws IOException if reading or writing fails
     */
    public int read(InputStream answer, Sink sink) throws BrokenPage, IOException {
        try (JsonParser parser = JSON.createParser(answer);
                RowReader reader = new RowReader(parser, rows.keeps().orElse(name -> false), links)) {
            int count = object(parser, reader, sink);
            if (parser.nextToken() != null) {
                throw new BrokenPage("the response has data after the JSON object");
            }
            return count;
        } catch (JsonProcessingException | CharConversionException e) {
            // The message quotes the response, so it is not included.
            throw new BrokenPage("the response is not JSON or is incomplete");
        }
    }

    private int object(JsonParser parser, RowReader reader, Sink sink) throws BrokenPage, IOException {
        if (parser.nextToken() != JsonToken.START_OBJECT) {
            throw new BrokenPage("the response is not a JSON object");
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
                    throw new BrokenPage("the response has its rows twice");
                }
                count = request.isSingle() ? single(parser, reader, sink) : collection(parser, reader, sink);
            } else {
                skip(parser);
            }
        }
        if (count < 0) {
            throw new BrokenPage("the response has no member " + key);
        }
        return count;
    }

    private int single(JsonParser parser, RowReader reader, Sink sink) throws BrokenPage, IOException {
        row(parser, reader, sink);
        return 1;
    }

    private int collection(JsonParser parser, RowReader reader, Sink sink) throws BrokenPage, IOException {
        if (parser.currentToken() != JsonToken.START_ARRAY) {
            throw new BrokenPage("the rows are not an array");
        }
        int count = 0;
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            row(parser, reader, sink);
            count++;
        }
        return count;
    }

    private void row(JsonParser parser, RowReader reader, Sink sink) throws BrokenPage, IOException {
        if (parser.currentToken() != JsonToken.START_OBJECT) {
            throw new BrokenPage("a row is not an object");
        }
        boolean requested = seen < request.limit();
        if (rows.keeps().isPresent()) {
            byte[] row = reader.copy();
            firstId = seen == 0 ? reader.id() : firstId;
            if (requested) {
                sink.row(row);
            }
        } else {
            reader.begin();
            ObjectNode row = (ObjectNode) tree(parser, reader);
            firstId = seen == 0 ? row.path("sourcedId").asText() : firstId;
            Optional<ObjectNode> passed = requested ? rows.pass(row) : Optional.empty();
            if (passed.isPresent()) {
                rewrite(passed.get(), links);
                sink.row(JSON.writeValueAsBytes(passed.get()));
            }
        }
        seen++;
    }

    private static JsonNode tree(JsonParser parser, RowReader reader) throws BrokenPage, IOException {
        reader.countValue();
        switch (parser.currentToken()) {
            case START_OBJECT -> {
                ObjectNode object = JSON.createObjectNode();
                while (parser.nextToken() == JsonToken.FIELD_NAME) {
                    String name = reader.nextName();
                    object.set(name, tree(parser, reader));
                }
                return object;
            }
            case START_ARRAY -> {
                ArrayNode array = JSON.createArrayNode();
                while (parser.nextToken() != JsonToken.END_ARRAY) {
                    array.add(tree(parser, reader));
                }
                return array;
            }
            case VALUE_STRING -> {
                return TextNode.valueOf(parser.getText());
            }
            default -> {
                return JSON.readTree(parser); // number, boolean or null
            }
        }
    }

    /** Returns the sourcedId of the first row, or an empty string. */
    public String firstId() {
        return firstId;
    }

    private void skip(JsonParser parser) throws BrokenPage, IOException {
        int depth = 0;
        for (JsonToken token = parser.currentToken(); token != null; token = parser.nextToken()) {
            if (++others > MAX_OTHERS) {
                throw new BrokenPage("the response has too much data besides its rows");
            }
            depth += token.isStructStart() ? 1 : token.isStructEnd() ? -1 : 0;
            if (depth == 0) {
                return;
            }
        }
    }

    /**
     * Rewrites links to the gateway and removes all others, because they point to the district's server and bypass the
     * policy (Trap 21, docs/internals/classlink-traps.md).
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
     * The response is not a valid OneRoster page: not JSON, incomplete, or without the expected rows (Trap 20,
     * docs/internals/classlink-traps.md).
     */
    public static final class BrokenPage extends Exception {

        private static final long serialVersionUID = 1L;

        /** @param message a constant */
        BrokenPage(String message) {
            super(message);
        }
    }
}
