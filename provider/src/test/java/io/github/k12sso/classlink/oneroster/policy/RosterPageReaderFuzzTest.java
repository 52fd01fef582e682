package io.github.k12sso.classlink.oneroster.policy;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.k12sso.classlink.oneroster.policy.Policy.RowRule;
import io.github.k12sso.classlink.oneroster.policy.RosterRequest.InvalidRequest;
import io.github.k12sso.classlink.oneroster.policy.RosterRequest.Links;
import java.io.ByteArrayInputStream;
import java.io.IOException;

/** Reads arbitrary bytes as a roster page: the result is rows whose links point to the gateway, or a failure. */
class RosterPageReaderFuzzTest {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String GATEWAY = "https://kc.example/realms/r/classlink/c/ims/oneroster/v1p1";

    @FuzzTest(maxDuration = "5s")
    void parsesRowsOrRejectsAnyBytes(byte[] answer) throws InvalidRequest, IOException {
        try {
            new RosterPageReader(Requests.of("classes"), RowRule.all(), new Links(GATEWAY))
                    .read(new ByteArrayInputStream(answer), row -> {
                        JsonNode link = JSON.readTree(row).at("/school/href");
                        assertThat(link.asText(GATEWAY)).matches(text -> text.isEmpty() || text.startsWith(GATEWAY));
                    });
        } catch (RosterPageReader.BrokenPage refused) {
            assertThat(refused).hasNoCause();
        }
    }
}
