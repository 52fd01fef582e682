package io.github.k12sso.classlink.oneroster.policy;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.code_intelligence.jazzer.mutation.annotation.NotNull;
import io.github.k12sso.classlink.oneroster.policy.RosterRequest.InvalidRequest;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Parses arbitrary paths and queries. Each is rejected, or gives a request that returns no rows without a role and whose filter
 * can be parsed again.
 */
class RosterRequestFuzzTest {

    @CsvSource(
            delimiter = '|',
            value = {
                "users | status='active' | sourcedId | 100",
                "users | familyName='O''Neil & Söhne' AND status='active' | familyName | 10000",
                "users | role='teacher' OR role='student' | givenName | 1",
                "users | '\u2028role=''teacher'' OR role=''student''\u001c' | givenName | 1",
                "users | role ='teacher'  or role= 'student'| givenName | 1",
                "schools/1/classes/2/students | enabledUser!='true' | '' | 0",
                "classes/C1/students | dateLastModified>'2026-09-01T00:00:00.000Z' | a.b | 10001",
                "users/7~north%2F2 b | grades~'KG,01' | role | ten",
                "users/.. | role='a' AND role='b' AND role='c' | a b | -1",
                "users | role='a | sourcedId,role | 99999999999",
                "Users/ | role | '' | ''"
            })
    @FuzzTest(maxDuration = "5s")
    void parsesOrRejectsAnyRequest(
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
        // Blank filters and filters on a single object are ignored.
        if (request.query().filter() != null) {
            RosterFilter read = request.query().filter();
            assertThat(RosterFilter.parse(read.toString())).isEqualTo(read);
            // Unicode white space around a parameter is stripped; between words only ASCII white space separates.
            assertThat(read.toString().replaceAll("\\s", ""))
                    .isEqualToIgnoringCase(filter.strip().replaceAll("\\s", ""));
        }
        assertThat(request.objectType()).isNotNull();
    }
}
