package io.github.k12sso.classlink.simulator.fault;

import io.github.k12sso.classlink.simulator.http.ServerResponse;
import io.javalin.http.Context;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.StandardSocketOptions;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.ee10.servlet.ServletContextRequest;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.io.EofException;
import org.eclipse.jetty.io.SocketChannelEndPoint;

/** Writes a response to a connection: fully, partly, slowly, or not at all. */
final class Wire {
    private final Context context;

    Wire(Context context) {
        this.context = context;
    }

    void send(ServerResponse response) {
        begin(response);
        try {
            response.body().writeTo(context.res().getOutputStream());
        } catch (EofException e) {
            // The client closed the connection, for example because of a size limit.
            return;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Sends the full Content-Length and half of the body, then closes the connection. */
    void sendHalf(ServerResponse response) {
        byte[] bytes = response.toBytes();
        begin(response);
        context.res().setContentLength(bytes.length);
        try {
            OutputStream out = context.res().getOutputStream();
            out.write(Arrays.copyOf(bytes, bytes.length / 2));
            out.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        connection().close();
    }

    /** One byte per interval, without holding a request thread. */
    CompletableFuture<Void> drip(ServerResponse response, Duration interval, ScheduledExecutorService timer) {
        byte[] bytes = response.toBytes();
        begin(response);
        context.res().setContentLength(bytes.length);
        CompletableFuture<Void> done = new CompletableFuture<>();
        dripFrom(0, bytes, interval, timer, done);
        return done;
    }

    private void dripFrom(
            int position,
            byte[] bytes,
            Duration interval,
            ScheduledExecutorService timer,
            CompletableFuture<Void> done) {
        if (position == bytes.length) {
            done.complete(null);
            return;
        }
        try {
            OutputStream out = context.res().getOutputStream();
            out.write(bytes[position]);
            out.flush();
        } catch (IOException e) {
            done.complete(null); // the client timed out, as intended
            return;
        }
        later(timer, interval, () -> dripFrom(position + 1, bytes, interval, timer, done));
    }

    /** Closes with a TCP reset. */
    void reset() {
        EndPoint connection = connection();
        if (connection instanceof SocketChannelEndPoint socket) {
            try {
                socket.getChannel().setOption(StandardSocketOptions.SO_LINGER, 0);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        connection.close();
    }

    static void later(ScheduledExecutorService timer, Duration delay, Runnable task) {
        var unused = timer.schedule(task, delay.toNanos(), TimeUnit.NANOSECONDS);
    }

    private void begin(ServerResponse response) {
        context.res().setStatus(response.status());
        response.headers().forEach(context.res()::setHeader);
    }

    private EndPoint connection() {
        return ServletContextRequest.getServletContextRequest(context.req())
                .getConnectionMetaData()
                .getConnection()
                .getEndPoint();
    }
}
