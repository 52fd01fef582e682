package io.github.k12sso.classlink.oneroster.policy;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.SerializableString;
import com.fasterxml.jackson.core.io.SerializedString;
import io.github.k12sso.classlink.oneroster.policy.RosterObjectType.Route;
import io.github.k12sso.classlink.oneroster.policy.RosterPageReader.BrokenPage;
import io.github.k12sso.classlink.oneroster.policy.RosterRequest.Links;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/** Copies the permitted fields of rows without a tree, and counts what the rows of one response contain. */
final class RowReader implements AutoCloseable {

    private final JsonParser parser;
    private final Predicate<String> keeps;
    private final Links links;
    private final Map<String, Member> members = new HashMap<>();
    private final ByteArrayOutputStream copy = new ByteArrayOutputStream();
    private final JsonGenerator out;
    /** For each depth and member, the last object that had it. */
    private final int[][] lastObject = new int[RosterPageReader.MAX_DEPTH + 1][0];

    private int objects;
    private boolean repeated;
    private String id = "";
    private int nodes;
    private int length;

    /**
     * Creates the reader of one response.
     *
     * @param keeps the fields of a row that are copied
     */
    RowReader(JsonParser parser, Predicate<String> keeps, Links links) throws IOException {
        this.parser = parser;
        this.keeps = keeps;
        this.links = links;
        this.out = RosterPageReader.JSON.createGenerator(copy);
    }

    /**
     * A field name.
     *
     * @param number counts the names of the response
     * @param kept whether the field of a row is copied
     */
    private record Member(SerializableString name, int number, boolean kept, boolean isId, boolean isLink) {}

    /** Starts the limits of a row. */
    void begin() {
        nodes = 0;
        length = 0;
        id = "";
    }

    /** Returns the sourcedId of the last copied row, or an empty string. */
    String id() {
        return id;
    }

    /**
     * Copies the kept fields of a row, with rewritten links. If an object has a member twice, the last one is copied,
     * as in a tree.
     */
    byte[] copy() throws BrokenPage, IOException {
        begin();
        repeated = false;
        copy.reset();
        countValue();
        object(0, true);
        out.flush();
        byte[] row = copy.toByteArray();
        return repeated ? RosterPageReader.JSON.writeValueAsBytes(RosterPageReader.JSON.readTree(row)) : row;
    }

    private void value(int depth, boolean kept) throws BrokenPage, IOException {
        countValue();
        JsonToken token = parser.currentToken();
        if (token == JsonToken.START_OBJECT) {
            object(depth, kept);
        } else if (token == JsonToken.START_ARRAY) {
            array(depth, kept);
        } else if (kept) {
            scalar(token);
        }
    }

    private void object(int depth, boolean kept) throws BrokenPage, IOException {
        if (kept) {
            out.writeStartObject();
        }
        int number = ++objects;
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            Member member = member(parser.currentName());
            repeated |= isRepeated(member, depth, number);
            JsonToken token = parser.nextToken();
            requireIdLength(member);
            boolean copied = kept && (depth > 0 || member.kept());
            if (depth == 0 && member.isId()) {
                id = token.isScalarValue() ? parser.getText() : "";
            }
            if (member.isLink()) {
                if (copied && token.isScalarValue()) {
                    link(member);
                }
                value(depth + 1, false);
            } else {
                if (copied) {
                    name(member);
                }
                value(depth + 1, copied);
            }
        }
        if (kept) {
            out.writeEndObject();
        }
    }

    private void array(int depth, boolean kept) throws BrokenPage, IOException {
        if (kept) {
            out.writeStartArray();
        }
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            value(depth + 1, kept);
        }
        if (kept) {
            out.writeEndArray();
        }
    }

    private void scalar(JsonToken token) throws IOException {
        switch (token) {
            case VALUE_STRING ->
                out.writeString(parser.getTextCharacters(), parser.getTextOffset(), parser.getTextLength());
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> out.writeNumber(parser.getText());
            default -> out.copyCurrentEvent(parser); // boolean or null
        }
    }

    /** Copies a link to the gateway; any other link is left out. */
    private void link(Member member) throws BrokenPage, IOException {
        Optional<String> own = links.rewrite(parser.getText());
        if (own.isPresent()) {
            name(member);
            out.writeString(own.get());
        }
    }

    private void name(Member member) throws BrokenPage, IOException {
        try {
            out.writeFieldName(member.name());
        } catch (IllegalArgumentException e) {
            throw new BrokenPage("a field name has half of a surrogate pair");
        }
    }

    private boolean isRepeated(Member member, int depth, int object) {
        if (member.number() >= lastObject[depth].length) {
            lastObject[depth] = Arrays.copyOf(lastObject[depth], 2 * member.number() + 16);
        }
        boolean already = lastObject[depth][member.number()] == object;
        lastObject[depth][member.number()] = object;
        return already;
    }

    // ---- limits: 32 KiB of compressed brackets could fill the heap ------------------------------------------------

    /** Counts the current field name, reads its value's first token, and checks the length of an id. */
    String nextName() throws BrokenPage, IOException {
        Member member = member(parser.currentName());
        parser.nextToken();
        requireIdLength(member);
        return member.name().getValue();
    }

    private Member member(String name) throws BrokenPage {
        Member member = members.get(name);
        if (member == null) {
            if (members.size() == RosterPageReader.MAX_OTHERS) {
                throw new BrokenPage("the rows have more than " + RosterPageReader.MAX_OTHERS + " different members");
            }
            member = new Member(
                    new SerializedString(name),
                    members.size(),
                    keeps.test(name),
                    name.equals("sourcedId"),
                    name.equals("href"));
            members.put(name, member);
        }
        countText(name.length());
        return member;
    }

    private void requireIdLength(Member member) throws BrokenPage, IOException {
        if (member.isId() && parser.currentToken().isScalarValue() && parser.getTextLength() > Route.MAX_ID_LENGTH) {
            throw new BrokenPage("an id is longer than " + Route.MAX_ID_LENGTH + " characters");
        }
    }

    /** Counts the current value, and its characters. */
    void countValue() throws BrokenPage, IOException {
        if (++nodes > RosterPageReader.MAX_ROW_NODES) {
            throw new BrokenPage("a row has more than " + RosterPageReader.MAX_ROW_NODES + " values");
        }
        if (parser.currentToken() == JsonToken.VALUE_STRING) {
            countText(parser.getTextLength());
        }
    }

    private void countText(int characters) throws BrokenPage {
        length += characters;
        if (length > RosterPageReader.MAX_ROW_LENGTH) {
            throw new BrokenPage("a row is longer than " + RosterPageReader.MAX_ROW_LENGTH + " characters");
        }
    }

    @Override
    public void close() throws IOException {
        out.close();
    }
}
