package io.github.k12sso.classlink.oneroster.policy;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Where the links in the rows of one page lead: to the gateway. For one thread. */
public final class Links {

    private static final String ROOT = "/ims/oneroster/v1p1/";

    /** A page names the same schools, classes and terms over and over: reading each link anew took a quarter of a pull's time. */
    private static final int REMEMBERED = 1_000;

    /** Longer ones are not remembered: a hostile page would fill memory with them. */
    private static final int REMEMBERED_LENGTH = 512;

    private final String base;
    private final Map<String, Optional<String>> remembered = new HashMap<>();

    /** @param base the gateway's address for this district, up to and with {@code /ims/oneroster/v1p1} */
    public Links(String base) {
        this.base = base;
    }

    /** The same object at the gateway; empty if the link leads to nothing that it has. */
    Optional<String> rewrite(String href) {
        if (href.length() > REMEMBERED_LENGTH) {
            return read(href);
        }
        if (remembered.size() >= REMEMBERED) {
            remembered.clear();
        }
        return remembered.computeIfAbsent(href, this::read);
    }

    private Optional<String> read(String href) {
        int root = href.indexOf(ROOT);
        if (root < 0) {
            return Optional.empty();
        }
        try {
            List<String> segments = Arrays.stream(
                            href.substring(root + ROOT.length()).split("/", -1))
                    .map(segment -> URLDecoder.decode(segment.replace("+", "%2B"), StandardCharsets.UTF_8))
                    .toList();
            RosterRequest request = RosterRequest.parse(segments, Map.of());
            return request.isSingle() ? Optional.of(base + request.target()) : Optional.empty();
        } catch (InvalidRequest | IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}
