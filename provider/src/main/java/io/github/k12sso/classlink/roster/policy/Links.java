package io.github.k12sso.classlink.roster.policy;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Where the links in rows lead: to the gateway. */
public final class Links {

    private static final String ROOT = "/ims/oneroster/v1p1/";

    private final String base;

    /** @param base the gateway's address for this district, up to and with {@code /ims/oneroster/v1p1} */
    public Links(String base) {
        this.base = base;
    }

    /** The same object at the gateway; empty if the link leads to nothing that it has. */
    Optional<String> rewrite(String href) {
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
