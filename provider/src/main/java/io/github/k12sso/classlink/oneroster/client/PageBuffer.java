package io.github.k12sso.classlink.oneroster.client;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/**
 * The rows of one page, as the app will get them. A page is sent when all of it is there: an answer that breaks off at its last
 * row has to be a 502, and never a 200 with fewer rows.
 */
public final class PageBuffer {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final Bytes bytes = new Bytes();
    private int rows;

    /** Can be reset to an earlier size. */
    private static final class Bytes extends ByteArrayOutputStream {
        private void reset(int size) {
            count = size;
        }

        private void copyTo(byte[] target, int at) {
            System.arraycopy(buf, 0, target, at, count);
        }
    }

    /** A position to reset to. */
    record Mark(int size, int rows) {}

    Mark mark() {
        return new Mark(bytes.size(), rows);
    }

    void reset(Mark mark) {
        bytes.reset(mark.size());
        rows = mark.rows();
    }

    /** Adds a row as it is. */
    public void add(ObjectNode row) {
        try {
            if (rows++ > 0) {
                bytes.write(',');
            }
            bytes.writeBytes(JSON.writeValueAsBytes(row));
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(new IOException("a row cannot be written", e));
        }
    }

    /** Rows that passed. */
    public int rows() {
        return rows;
    }

    /** The rows with commas between, and what stands around them. ASCII. */
    public byte[] enclosed(String before, String after) {
        byte[] head = before.getBytes(StandardCharsets.US_ASCII);
        byte[] tail = after.getBytes(StandardCharsets.US_ASCII);
        byte[] all = new byte[head.length + bytes.size() + tail.length];
        System.arraycopy(head, 0, all, 0, head.length);
        bytes.copyTo(all, head.length);
        System.arraycopy(tail, 0, all, all.length - tail.length, tail.length);
        return all;
    }
}
