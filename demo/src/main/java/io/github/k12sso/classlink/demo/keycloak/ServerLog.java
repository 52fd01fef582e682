package io.github.k12sso.classlink.demo.keycloak;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.Channels;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The log file of one Keycloak run, and the position where this run starts.
 *
 * @param start size of the file in bytes before the run
 */
record ServerLog(Path file, long start) {

    private static final int TAIL_LINES = 30;
    private static final int TAIL_BYTES = 32 * 1024;

    static ServerLog appendTo(Path file) {
        try {
            Path absolute = file.toAbsolutePath();
            Files.createDirectories(absolute.getParent());
            return new ServerLog(absolute, Files.exists(absolute) ? Files.size(absolute) : 0);
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot write the log file " + file, e);
        }
    }

    ProcessBuilder.Redirect redirect() {
        return ProcessBuilder.Redirect.appendTo(file.toFile());
    }

    /** The last lines of this run's output: at most 30 lines and 32 KiB. */
    List<String> tail() {
        try (SeekableByteChannel channel = Files.newByteChannel(file)) {
            channel.position(Math.max(start, channel.size() - TAIL_BYTES));
            byte[] bytes = Channels.newInputStream(channel).readNBytes(TAIL_BYTES);
            List<String> lines =
                    new String(bytes, StandardCharsets.UTF_8).lines().toList();
            return lines.isEmpty()
                    ? List.of("(nothing was logged)")
                    : lines.subList(Math.max(0, lines.size() - TAIL_LINES), lines.size());
        } catch (IOException e) {
            return List.of("(the log cannot be read: " + e.getMessage() + ")");
        }
    }
}
