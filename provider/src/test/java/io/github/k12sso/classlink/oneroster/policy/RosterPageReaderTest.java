package io.github.k12sso.classlink.oneroster.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.k12sso.classlink.oneroster.policy.Policy.RowRule;
import io.github.k12sso.classlink.oneroster.policy.RosterPageReader.Links;
import io.github.k12sso.classlink.oneroster.policy.RosterRequest.InvalidRequest;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RosterPageReaderTest {

    private static final Links LINKS = new Links("https://kc.example/realms/r/classlink/c/ims/oneroster/v1p1");

    private final List<ObjectNode> rows = new ArrayList<>();

    @Test
    void rowsComeOneByOneAndAreCountedBeforeAnyIsDropped() throws Exception {
        int count = read(
                "users",
                row -> Optional.of(row)
                        .filter(each -> each.get("sourcedId").asText().equals("b")),
                "{\"users\":[{\"sourcedId\":\"a\"},{\"sourcedId\":\"b\"}],\"statusInfoSet\":[{\"x\":1}]}");

        assertThat(count).isEqualTo(2);
        assertThat(rows).singleElement().hasToString("{\"sourcedId\":\"b\"}");
    }

    @Test
    void aSingleObjectHasItsOwnKey() throws Exception {
        assertThat(read("users/a", RowRule.all(), "{\"user\":{\"sourcedId\":\"a\"}}"))
                .isEqualTo(1);
        assertThat(rows).hasSize(1);
    }

    @Test
    void anEmptyPageIsOne() throws Exception {
        assertThat(read("teachers/t/classes", RowRule.all(), "{\"classes\":[]}"))
                .isZero();
    }

    /** Trap 20, docs/internals/classlink-rosters.md: never a short 200. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{}",
                "[]",
                "{\"status\":0}",
                "{\"classes\":[]}",
                "{\"users\":{}}",
                "{\"users\":null}",
                "{\"users\":[1]}",
                "{\"users\":[{\"sourcedId\":\"a\"}",
                "{\"users\":[{\"sourcedId\":\"a\"},{\"sour",
                "{\"users\":[]} {\"users\":[]}",
                "{\"users\":[],\"users\":[]}",
                "<html>busy</html>"
            })
    void whatIsNoPageIsAFailure(String answer) {
        assertThatExceptionOfType(RosterPageReader.BrokenPage.class)
                .isThrownBy(() -> read("users", RowRule.all(), answer));
    }

    /** Found by fuzzing: Jackson takes these bytes for UTF-32, and its exception for them is not that of its other ones. */
    @Test
    void bytesThatAreNoTextAreAFailureToo() throws InvalidRequest {
        RosterPageReader page = new RosterPageReader(Requests.of("users"), RowRule.all(), LINKS);

        assertThatExceptionOfType(RosterPageReader.BrokenPage.class)
                .isThrownBy(() -> page.read(new ByteArrayInputStream(new byte[] {'{', 0, 0, 0, '"', 0}), rows::add));
    }

    /** Trap 21, docs/internals/classlink-rosters.md. */
    @Test
    void linksLeadToTheGatewayOrNowhere() throws Exception {
        read("classes", RowRule.all(), """
                {"classes":[{"sourcedId":"c",
                  "school":{"href":"https://district.example/ims/oneroster/v1p1/orgs/7%7C1","sourcedId":"7|1","type":"org"},
                  "terms":[{"href":"https://district.example/other/1","sourcedId":"1"}],
                  "course":{"href":"javascript:alert(1)","sourcedId":"2"}}]}
                """);

        ObjectNode row = rows.get(0);
        assertThat(row.at("/school/href").asText())
                .isEqualTo("https://kc.example/realms/r/classlink/c/ims/oneroster/v1p1/orgs/7%7C1");
        assertThat(row.at("/terms/0").has("href")).isFalse();
        assertThat(row.at("/course").has("href")).isFalse();
        assertThat(row.at("/course/sourcedId").asText()).isEqualTo("2");
    }

    /** More links than are remembered, some longer than are, and each of them twice. */
    @Test
    void manyLinksLeadWhereFewDo() throws Exception {
        String padding = "%7C".repeat(170);
        for (int number = 0; number < 2_500; number++) {
            String id = number % 5 == 0 ? number + padding : String.valueOf(number);
            String answer = """
                    {"classes":[{"school":{"href":"https://district.example/ims/oneroster/v1p1/orgs/%1$s"},
                      "terms":[{"href":"https://other.example/ims/oneroster/v1p1/orgs/%1$s"}]}]}
                    """.formatted(id);
            rows.clear();

            read("classes", RowRule.all(), answer);

            String expected = "https://kc.example/realms/r/classlink/c/ims/oneroster/v1p1/orgs/" + id;
            assertThat(rows.get(0).at("/school/href").asText()).isEqualTo(expected);
            assertThat(rows.get(0).at("/terms/0/href").asText()).isEqualTo(expected);
        }
    }

    private int read(String request, RowRule rule, String answer)
            throws InvalidRequest, RosterPageReader.BrokenPage, IOException {
        return new RosterPageReader(Requests.of(request), rule, LINKS)
                .read(new ByteArrayInputStream(answer.getBytes(StandardCharsets.UTF_8)), rows::add);
    }
}
