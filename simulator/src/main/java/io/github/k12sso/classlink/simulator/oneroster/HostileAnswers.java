package io.github.k12sso.classlink.simulator.oneroster;

import io.github.k12sso.classlink.simulator.http.ServerResponse;
import io.github.k12sso.classlink.simulator.runtime.HostileRoster;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.zip.GZIPOutputStream;

/** The responses of a {@link HostileRoster}, for collections of users. */
final class HostileAnswers {
    private static final int MANY = 10_000_000;
    private static final int MEGABYTE = 1_000_000;

    private HostileAnswers() {}

    static ServerResponse of(HostileRoster kind) {
        int status = kind == HostileRoster.WIDE_ERROR ? 400 : 200;
        return new ServerResponse(
                status,
                Map.of(
                        "Content-Type", "application/json",
                        "Content-Encoding", "gzip",
                        "Link", "<http://localhost/>; rel=\"next\""),
                out -> write(kind, out));
    }

    private static void write(HostileRoster kind, OutputStream out) throws IOException {
        try (Writer body = new BufferedWriter(
                new OutputStreamWriter(new GZIPOutputStream(out), StandardCharsets.US_ASCII), 1 << 16)) {
            body.write("{\"users\":[");
            rows(kind, body);
            body.write("]}");
        }
    }

    private static void rows(HostileRoster kind, Writer body) throws IOException {
        switch (kind) {
            case DEEP_ROW -> {
                body.write("{\"sourcedId\":\"1\",\"x\":");
                repeat(body, MANY, "[");
            }
            case WIDE_ROW, WIDE_ERROR -> {
                body.write("{\"sourcedId\":\"1\",\"x\":[");
                repeat(body, MANY, "[],");
                body.write("1]}");
            }
            case LONG_ROW -> {
                body.write("{\"sourcedId\":\"1\",\"x\":\"");
                repeat(body, 30 * MEGABYTE, "y");
                body.write("\"}");
            }
            case MANY_NAMES -> {
                for (int number = 0; number < MEGABYTE; number++) {
                    body.write("{\"n" + number + "\":1},");
                }
                body.write("{}");
            }
            case LONG_IDS -> {
                for (int number = 0; number < 30; number++) {
                    body.write("{\"sourcedId\":\"");
                    repeat(body, MEGABYTE, "y");
                    body.write(number + "\"},");
                }
                body.write("{}");
            }
            case BOMB -> {
                repeat(body, MANY, "{\"x\":1},");
                body.write("{}");
            }
            default -> {
                repeat(body, 9, "{\"sourcedId\":\"1\"},");
                body.write("{\"sourcedId\":\"2\"}");
            }
        }
    }

    private static void repeat(Writer body, int times, String text) throws IOException {
        for (int time = 0; time < times; time++) {
            body.write(text);
        }
    }
}
