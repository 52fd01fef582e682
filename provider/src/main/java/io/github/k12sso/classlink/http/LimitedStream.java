package io.github.k12sso.classlink.http;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/**
 * Throws {@link TooLong} if an answer is longer than the limit. Keycloak's {@code SafeInputStream} throws a plain {@link
 * IOException}, which cannot be told from a connection that broke.
 */
final class LimitedStream extends FilterInputStream {

    /** It is. */
    static final class TooLong extends IOException {
        private static final long serialVersionUID = 1L;
    }

    private long left;

    LimitedStream(InputStream body, long maxBytes) {
        super(body);
        this.left = maxBytes;
    }

    @Override
    public int read() throws IOException {
        int one = super.read();
        count(one < 0 ? 0 : 1);
        return one;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
        int count = super.read(buffer, offset, length);
        count(Math.max(count, 0));
        return count;
    }

    private void count(int bytes) throws TooLong {
        left -= bytes;
        if (left < 0) {
            throw new TooLong();
        }
    }
}
