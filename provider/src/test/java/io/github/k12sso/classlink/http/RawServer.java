package io.github.k12sso.classlink.http;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** A server that sends exactly the given bytes, valid or not, and records its requests. */
final class RawServer implements AutoCloseable {

    /** Writes a response, or none. The socket is closed afterwards. */
    interface Answer {
        void send(Socket socket) throws IOException;
    }

    record Request(String line, Map<String, String> headers, String body) {}

    private final ServerSocket listener;
    private final Answer answer;
    private final List<Request> requests = new CopyOnWriteArrayList<>();
    private final CountDownLatch hungUp = new CountDownLatch(1);

    private RawServer(Answer answer) throws IOException {
        this.answer = answer;
        this.listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        start(this::accept);
    }

    static RawServer answering(Answer answer) {
        try {
            return new RawServer(answer);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A well-formed response. Headers have the form {@code "Name: value"}. */
    static RawServer answering(int status, byte[] body, String... headers) {
        return answering(socket -> {
            socket.getOutputStream().write(head(status, body.length, headers));
            socket.getOutputStream().write(body);
        });
    }

    static RawServer answering(int status, String body, String... headers) {
        return answering(status, body.getBytes(StandardCharsets.UTF_8), headers);
    }

    /** Sends the beginning immediately, then small pieces until the client closes the connection. */
    static RawServer dripping(String start, String drop) {
        return answering(socket -> {
            OutputStream out = socket.getOutputStream();
            out.write(start.getBytes(StandardCharsets.US_ASCII));
            while (true) {
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
                out.write(drop.getBytes(StandardCharsets.US_ASCII));
                out.flush();
            }
        });
    }

    private static byte[] head(int status, int length, String... headers) {
        StringBuilder head = new StringBuilder("HTTP/1.1 " + status + " X\r\nContent-Length: " + length + "\r\n");
        for (String header : headers) {
            head.append(header).append("\r\n");
        }
        return head.append("Connection: close\r\n\r\n").toString().getBytes(StandardCharsets.US_ASCII);
    }

    String url() {
        return "http://127.0.0.1:" + listener.getLocalPort() + "/path";
    }

    List<Request> requests() {
        return List.copyOf(requests);
    }

    Request onlyRequest() {
        if (requests.size() != 1) {
            throw new AssertionError(requests.size() + " requests instead of one");
        }
        return requests.get(0);
    }

    /** Whether a client closed the connection during the response or does so within the next seconds. */
    boolean wasClosedByTheClient() throws InterruptedException {
        return hungUp.await(5, TimeUnit.SECONDS);
    }

    private void accept() {
        try {
            while (true) {
                Socket socket = listener.accept();
                start(() -> serve(socket));
            }
        } catch (IOException e) {
            // closed
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            requests.add(read(socket.getInputStream()));
            answer.send(socket);
            socket.getOutputStream().flush();
        } catch (IOException e) {
            hungUp.countDown();
        }
    }

    private static Request read(InputStream stream) throws IOException {
        InputStream in = new BufferedInputStream(stream);
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        while (!head.toString(StandardCharsets.ISO_8859_1).endsWith("\r\n\r\n")) {
            int next = in.read();
            if (next < 0) {
                throw new IOException("the client sent an incomplete request");
            }
            head.write(next);
        }
        List<String> lines = head.toString(StandardCharsets.ISO_8859_1).lines().toList();
        Map<String, String> headers = new TreeMap<>();
        for (String line : lines.subList(1, lines.size() - 1)) {
            int colon = line.indexOf(':');
            headers.put(
                    line.substring(0, colon).toLowerCase(Locale.ROOT),
                    line.substring(colon + 1).strip());
        }
        int length = Integer.parseInt(headers.getOrDefault("content-length", "0"));
        return new Request(lines.get(0), headers, new String(in.readNBytes(length), StandardCharsets.UTF_8));
    }

    private static void start(Runnable task) {
        Thread thread = new Thread(task, "raw-server");
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() throws IOException {
        listener.close();
    }
}
