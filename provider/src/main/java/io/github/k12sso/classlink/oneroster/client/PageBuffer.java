package io.github.k12sso.classlink.oneroster.client;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;

/**
 * The rows of one page, as the app will get them. A page is sent when all of it is there: an answer that breaks off at its last
 * row has to be a 502, and never a 200 with fewer rows. All pages of a node together take a quarter of its heap at most.
 */
public final class PageBuffer implements AutoCloseable {

    /** Bytes of a page. Rewritten links may be longer than those that came. */
    static final int MAX_BYTES = 32 * 1024 * 1024;

    private static final int CHUNK = 128 * 1024;
    /** A chunk and its place in the answer. */
    private static final int PERMITS = 2;

    private static final int HEAP_SHARE = 4;
    private static final Semaphore NODE =
            new Semaphore((int) Math.min(Integer.MAX_VALUE, Runtime.getRuntime().maxMemory() / HEAP_SHARE / CHUNK));
    private static final Duration RETRY_AFTER = Duration.ofSeconds(1);
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Semaphore memory;
    private final List<byte[]> chunks = new ArrayList<>();
    private int size;
    private int rows;

    /** Of this node; to be closed, so that other pages have the room. */
    public PageBuffer() {
        this(NODE);
    }

    /** @param memory room for pages, in units of 128 KiB */
    PageBuffer(Semaphore memory) {
        this.memory = memory;
    }

    /** A row for which there is no room. */
    public static final class TooLarge extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private final transient RosterFailure failure;

        private TooLarge(RosterFailure failure) {
            super(failure.getMessage());
            this.failure = failure;
        }

        public RosterFailure failure() {
            return failure;
        }
    }

    /** A position to reset to. */
    record Mark(int size, int rows) {}

    Mark mark() {
        return new Mark(size, rows);
    }

    void reset(Mark mark) {
        size = mark.size();
        rows = mark.rows();
    }

    /** Adds a row as it is. */
    public void add(ObjectNode row) {
        try {
            byte[] bytes = JSON.writeValueAsBytes(row);
            if (rows++ > 0) {
                write(new byte[] {','});
            }
            write(bytes);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(new IOException("a row cannot be written", e));
        }
    }

    private void write(byte[] bytes) {
        if (bytes.length > MAX_BYTES - size) {
            throw new TooLarge(new RosterFailure(
                    RosterFailure.Reason.SOURCE_BROKEN,
                    "The page has more than " + MAX_BYTES + " bytes. Use a smaller limit"));
        }
        for (int from = 0; from < bytes.length; ) {
            if (size == chunks.size() * CHUNK) {
                chunks.add(chunk());
            }
            int at = size % CHUNK;
            int length = Math.min(CHUNK - at, bytes.length - from);
            System.arraycopy(bytes, from, chunks.get(size / CHUNK), at, length);
            from += length;
            size += length;
        }
    }

    private byte[] chunk() {
        if (!memory.tryAcquire(PERMITS)) {
            throw new TooLarge(new RosterFailure(
                    RosterFailure.Reason.BUSY,
                    "This server holds as many roster pages in memory as it may",
                    RETRY_AFTER,
                    null));
        }
        return new byte[CHUNK];
    }

    /** Rows that passed. */
    public int rows() {
        return rows;
    }

    /** The rows with commas between, and what stands around them. ASCII. */
    public byte[] enclosed(String before, String after) {
        byte[] head = before.getBytes(StandardCharsets.US_ASCII);
        byte[] tail = after.getBytes(StandardCharsets.US_ASCII);
        byte[] all = new byte[head.length + size + tail.length];
        System.arraycopy(head, 0, all, 0, head.length);
        for (int at = 0; at < size; at += CHUNK) {
            System.arraycopy(chunks.get(at / CHUNK), 0, all, head.length + at, Math.min(CHUNK, size - at));
        }
        System.arraycopy(tail, 0, all, all.length - tail.length, tail.length);
        return all;
    }

    @Override
    public void close() {
        memory.release(PERMITS * chunks.size());
        chunks.clear();
        reset(new Mark(0, 0));
    }
}
