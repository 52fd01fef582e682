package io.github.k12sso.classlink.benchmarks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** One page of users, fetched by curl. Times in seconds. */
record PageTransfer(int status, double firstByte, double whole, long bytes) {

    static String address(String root, int limit, int offset) {
        return root + "users?limit=" + limit + "&offset=" + offset;
    }

    static PageTransfer of(String root, String bearer, int limit, int offset) {
        List<String> curl = List.of(
                "curl",
                "--silent",
                "--output",
                "/dev/null",
                "--max-time",
                "60",
                "--header",
                "Authorization: Bearer " + bearer,
                "--write-out",
                "%{http_code} %{time_starttransfer} %{time_total} %{size_download}",
                address(root, limit, offset));
        try {
            Process process = new ProcessBuilder(curl).start();
            String[] answer =
                    new String(process.getInputStream().readAllBytes(), StandardCharsets.US_ASCII).split(" ", -1);
            PageTransfer transfer = new PageTransfer(
                    Integer.parseInt(answer[0]),
                    Double.parseDouble(answer[1]),
                    Double.parseDouble(answer[2]),
                    Long.parseLong(answer[3]));
            if (transfer.status() != 200) {
                throw new IllegalStateException(
                        "the page at " + offset + " of " + root + " answered " + transfer.status());
            }
            return transfer;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
