package io.github.k12sso.classlink.http;

import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import java.util.function.Function;

/**
 * Reads a long answer as it comes.
 *
 * @param <T> what it makes of it
 * @param <X> when it is not what was wanted
 */
@FunctionalInterface
public interface StreamReader<T, X extends Exception> {

    /**
     * Reads the answer.
     *
     * @param body of an answer with status 200; need not be closed
     * @param headers the answer's, by name
     * @throws IOException the body's own
     */
    T read(InputStream body, Function<String, Optional<String>> headers) throws IOException, X;
}
