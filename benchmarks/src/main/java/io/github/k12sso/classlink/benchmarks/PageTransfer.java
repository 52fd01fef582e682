package io.github.k12sso.classlink.benchmarks;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.k12sso.classlink.it.support.Http;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A page of a roster collection, downloaded with curl. Times in milliseconds.
 *
 * @param rows in the body
 */
record PageTransfer(double firstByte, double whole, int rows) {

    /**
     * Downloads the page.
     *
     * @throws IllegalStateException if the response is not a page: status other than 200, or a body that is not one list of
     *     rows
     */
    static PageTransfer of(Path work, String bearer, String address) {
        Path body = work.toAbsolutePath().resolve("page.json");
        List<String> curl = List.of(
                "curl",
                "--silent",
                "--output",
                body.toString(),
                "--max-time",
                "60",
                "--header",
                "Authorization: Bearer " + bearer,
                "--write-out",
                "%{http_code} %{time_starttransfer} %{time_total}",
                address);
        try {
            Process process = new ProcessBuilder(curl).start();
            String[] answer =
                    new String(process.getInputStream().readAllBytes(), StandardCharsets.US_ASCII).split(" ", -1);
            if (!"200".equals(answer[0])) {
                throw new IllegalStateException(address + " returned " + answer[0]);
            }
            return new PageTransfer(
                    Double.parseDouble(answer[1]) * 1_000,
                    Double.parseDouble(answer[2]) * 1_000,
                    rows(Http.JSON.readTree(Files.readAllBytes(body)), address));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Downloads a page that must have this number of rows. */
    PageTransfer requireRows(int expected) {
        if (rows != expected) {
            throw new IllegalStateException("a page has " + rows + " rows instead of " + expected);
        }
        return this;
    }

    private static int rows(JsonNode page, String address) {
        if (page.size() != 1 || !page.iterator().next().isArray()) {
            throw new IllegalStateException(address + " did not return a page");
        }
        JsonNode rows = page.iterator().next();
        rows.forEach(row -> {
            if (!row.hasNonNull("sourcedId")) {
                throw new IllegalStateException(address + " returned a row without sourcedId");
            }
        });
        return rows.size();
    }
}
