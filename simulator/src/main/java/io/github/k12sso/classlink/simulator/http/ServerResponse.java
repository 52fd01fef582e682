package io.github.k12sso.classlink.simulator.http;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/** The response of an endpoint, separate from the connection so that faults can change it. */
public record ServerResponse(int status, Map<String, String> headers, Body body) {

    /** A body that is written while it is sent, so that large roster pages are never in memory. */
    @FunctionalInterface
    public interface Body {
        void writeTo(OutputStream out) throws IOException;
    }

    public ServerResponse {
        headers = Map.copyOf(headers);
    }

    public static ServerResponse json(int status, JsonNode node) {
        return bytes(status, "application/json", Json.bytes(node));
    }

    public static ServerResponse html(int status, String page) {
        return bytes(status, "text/html; charset=utf-8", page.getBytes(StandardCharsets.UTF_8));
    }

    public static ServerResponse redirect(String location) {
        return new ServerResponse(302, Map.of("Location", location), out -> {});
    }

    public static ServerResponse empty(int status) {
        return new ServerResponse(status, Map.of(), out -> {});
    }

    /** A JSON body that is generated while it is sent. */
    public static ServerResponse jsonStream(Body body) {
        return new ServerResponse(200, Map.of("Content-Type", "application/json"), body);
    }

    public static ServerResponse bytes(int status, String contentType, byte[] bytes) {
        return new ServerResponse(status, Map.of("Content-Type", contentType), out -> out.write(bytes));
    }

    public ServerResponse header(String name, String value) {
        Map<String, String> more = new LinkedHashMap<>(headers);
        more.put(name, value);
        return new ServerResponse(status, more, body);
    }

    /** The whole body in memory, for faults. */
    public byte[] toBytes() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try {
            body.writeTo(out);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }
}
