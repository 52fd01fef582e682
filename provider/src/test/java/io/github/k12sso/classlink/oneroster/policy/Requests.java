package io.github.k12sso.classlink.oneroster.policy;

import io.github.k12sso.classlink.oneroster.policy.RosterRequest.InvalidRequest;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Parses requests from text. */
final class Requests {

    private Requests() {}

    /** Parses text such as {@code classes/math/students?limit=5}, not percent-encoded. */
    static RosterRequest of(String text) throws InvalidRequest {
        String[] parts = text.split("\\?", 2);
        Map<String, List<String>> query = new LinkedHashMap<>();
        if (parts.length == 2) {
            for (String pair : parts[1].split("&", -1)) {
                String[] nameAndValue = pair.split("=", 2);
                query.put(nameAndValue[0], List.of(nameAndValue[1]));
            }
        }
        return RosterRequest.parse(Arrays.asList(parts[0].split("/", -1)), query);
    }
}
