package io.github.k12sso.classlink.oneroster.gateway;

import com.github.benmanes.caffeine.cache.Ticker;
import io.github.k12sso.classlink.oneroster.client.PageBuffer;
import io.github.k12sso.classlink.oneroster.client.RosterFailure;
import io.github.k12sso.classlink.oneroster.client.RosterWays;
import io.github.k12sso.classlink.oneroster.client.SourceLists;
import io.github.k12sso.classlink.oneroster.client.SourceMemberships;
import io.github.k12sso.classlink.oneroster.gateway.RosterPages.PageResponse;
import io.github.k12sso.classlink.oneroster.policy.Policy;
import io.github.k12sso.classlink.oneroster.policy.Policy.Caller;
import io.github.k12sso.classlink.oneroster.policy.Policy.Decision;
import io.github.k12sso.classlink.oneroster.policy.RosterRequest;
import io.github.k12sso.classlink.oneroster.policy.RosterRequest.InvalidRequest;
import jakarta.ws.rs.core.Response;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Answers a user's requests within one minute, without Keycloak. */
final class PersonsRequests {

    private static final String BASE = "https://kc.example/v1p1";

    private final SourceLists.Source source;
    private final RosterWays.Support support = new RosterWays.Support(Ticker.disabledTicker());
    private SourceLists.Known known = new SourceLists.Known(Ticker.disabledTicker());

    PersonsRequests(SourceLists.Source source) {
        this.source = source;
    }

    /** Clears cached responses but keeps which reads the service does not support. */
    void passMinute() {
        known = new SourceLists.Known(Ticker.disabledTicker());
    }

    Response get(Caller caller, String target) throws InvalidRequest {
        RosterRequest request = request(target);
        SourceLists lists = new SourceLists(source, known, "district " + caller.sourcedId());
        SourceMemberships memberships = new SourceMemberships(new RosterWays(lists, support, "district"));
        try {
            Decision decision = Policy.decide(request, caller, memberships);
            if (decision instanceof Decision.Refused refused) {
                throw new RosterFailure(
                        RosterFailure.Reason.REFUSED, refused.refusal().description());
            }
            Decision.Visible visible = (Decision.Visible) decision;
            try (PageBuffer buffer = new PageBuffer()) {
                visible.rows().forEach(buffer::add);
                PageCache.Page page = PageCache.Page.counted(buffer.enclosed("{\"rows\":[", "]}"), visible.total());
                return new PageResponse(request, BASE, Optional.empty())
                        .of(page)
                        .build();
            }
        } catch (RosterFailure e) {
            return RosterError.answer(e).build();
        }
    }

    private static RosterRequest request(String target) throws InvalidRequest {
        String[] parts = target.split("\\?", 2);
        Map<String, List<String>> query = new LinkedHashMap<>();
        if (parts.length == 2) {
            for (String pair : parts[1].split("&", -1)) {
                String[] nameAndValue = pair.split("=", 2);
                query.put(nameAndValue[0], List.of(decode(nameAndValue[1])));
            }
        }
        List<String> path = Arrays.stream(parts[0].split("/", -1))
                .map(PersonsRequests::decode)
                .toList();
        return RosterRequest.parse(path, query);
    }

    private static String decode(String text) {
        return URLDecoder.decode(text, StandardCharsets.UTF_8);
    }
}
