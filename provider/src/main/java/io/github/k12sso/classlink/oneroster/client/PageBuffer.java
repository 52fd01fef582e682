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
 * Buffers the rows of one page. A page is sent only when it is complete: an incomplete response from the service must
 * become a 502, not a 200 with fewer rows. All buffers of a node together use at most a quarter of its heap.
 */
public final class PageBuffer implements AutoCloseable {

    /** Maximum size of a page in bytes. Rewritten links may be longer than the originals. */
    static final int MAX_BYTES = 32 * 1024 * 1024;

    private static final int CHUNK = 128 * 1024;
    /** Size of a chunk. */
    private static final int PERMITS = 2;

    private static final int HEAP_SHARE = 4;
    private static final Semaphore NODE =
            new Semaphore((int) Math.min(Integer.MAX_VALUE, Runtime.getRuntime().maxMemory() / HEAP_SHARE / CHUNK));
    private static final Duration RETRY_AFTER = Duration.ofSeconds(1);
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final byte[] COMMA = {','};

    private final Semaphore memory;
    private final List<byte[]> chunks = new ArrayList<>();
    private int size;
    private int rows;

    /** Creates a buffer from the node's memory. Must be closed to release it. */
    public PageBuffer() {
        this(NODE);
    }

    /** @param memory available memory in units of 128 KiB */
    PageBuffer(Semaphore memory) {
        this.memory = memory;
    }

    /** A row exceeds the page size or the memory. */
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

    /** Adds a row in JSON. */
    void add(byte[] row) {
        if (rows++ > 0) {
            write(COMMA);
        }
        write(row);
    }

    /** Adds a row. */
    public void add(ObjectNode row) {
        try {
            add(JSON.writeValueAsBytes(row));
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(new IOException("failed to write a row", e));
        }
    }

    private void write(byte[] bytes) {
        if (bytes.length > MAX_BYTES - size) {
            throw new TooLarge(new RosterFailure(
                    RosterFailure.Reason.SOURCE_BROKEN,
                    "The page is larger than " + MAX_BYTES + " bytes. Use a smaller limit"));
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
                    RosterFailure.Reason.BUSY, "Too many roster pages in this server's memory", RETRY_AFTER, null));
        }
        return new byte[CHUNK];
    }

    /** Returns the number of rows. */
    public int rows() {
        return rows;
    }

    /** Returns the rows, separated by commas, between two ASCII strings. */
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
