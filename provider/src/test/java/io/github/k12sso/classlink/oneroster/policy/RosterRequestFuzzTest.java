package io.github.k12sso.classlink.oneroster.policy;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.code_intelligence.jazzer.mutation.annotation.NotNull;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** Any path and query: refused, or a request that nobody without a role gets rows for, and whose filter reads back. */
class RosterRequestFuzzTest {

    @FuzzTest(maxDuration = "5s")
    void isARequestOfOneRosterOrRefused(
            @NotNull String path, @NotNull String filter, @NotNull String sort, @NotNull String limit)
            throws Exception {
        RosterRequest request;
        try {
            request = RosterRequest.parse(
                    Arrays.asList(path.split("/", -1)),
                    Map.of("filter", List.of(filter), "sort", List.of(sort), "limit", List.of(limit)));
        } catch (InvalidRequest refused) {
            assertThat(refused.getMessage()).isNotBlank();
            return;
        }
        assertThat(request.limit()).isBetween(1, 10_000);
        assertThat(RosterFilter.parse(filter)).hasToString(filter);
        assertThat(request.objectType()).isNotNull();
    }
}
