package io.github.k12sso.classlink.oneroster.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.k12sso.classlink.oneroster.policy.Policy.RowRule;
import io.github.k12sso.classlink.oneroster.policy.RosterRequest.InvalidRequest;
import io.github.k12sso.classlink.oneroster.policy.RosterRequest.Links;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RosterPageReaderTest {

    private static final Links LINKS = new Links("https://kc.example/realms/r/classlink/c/ims/oneroster/v1p1");

    private final List<ObjectNode> rows = new ArrayList<>();

    @Test
    void rowsAreStreamedAndCountedBeforeFiltering() throws Exception {
        int count = read(
                "users",
                row -> Optional.of(row)
                        .filter(each -> each.get("sourcedId").asText().equals("b")),
                "{\"users\":[{\"sourcedId\":\"a\"},{\"sourcedId\":\"b\"}],\"statusInfoSet\":[{\"x\":1}]}");

        assertThat(count).isEqualTo(2);
        assertThat(rows).singleElement().hasToString("{\"sourcedId\":\"b\"}");
    }

    @Test
    void aSingleObjectIsReadByItsKey() throws Exception {
        assertThat(read("users/a", RowRule.all(), "{\"user\":{\"sourcedId\":\"a\"}}"))
                .isEqualTo(1);
        assertThat(rows).hasSize(1);
    }

    @Test
    void anEmptyPageIsValid() throws Exception {
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
    void anInvalidPageIsAFailure(String answer) {
        assertThatExceptionOfType(RosterPageReader.BrokenPage.class)
                .isThrownBy(() -> read("users", RowRule.all(), answer));
    }

    /** A parsed tree can take a hundred times the memory of the bytes that a hostile service sends. */
    @Test
    void theSizeOfARowIsBounded() throws Exception {
        int nodes = RosterPageReader.MAX_ROW_NODES;
        String ofNodes = "[" + "[],".repeat(nodes - 4) + "1]"; // counting the array, the row and its id
        assertThat(read("users", RowRule.all(), page("{\"sourcedId\":\"a\",\"x\":" + ofNodes + "}")))
                .isEqualTo(1);

        List<String> hostile = List.of(
                "{\"sourcedId\":\"a\",\"x\":" + ofNodes.replaceFirst("1]", "[],1]") + "}",
                "{\"x\":" + "[".repeat(64) + "]".repeat(64) + "}",
                "{\"x\":" + "{\"x\":".repeat(64) + "1" + "}".repeat(65),
                "{\"x\":\"" + "y".repeat(RosterPageReader.MAX_ROW_LENGTH) + "\"}",
                "{\"x\":[" + ("\"" + "y".repeat(99) + "\",").repeat(RosterPageReader.MAX_ROW_LENGTH / 99 + 1) + "1]}",
                "{\"sourcedId\":\"" + "y".repeat(256) + "\"}",
                "{\"school\":{\"sourcedId\":\"" + "y".repeat(256) + "\"}}",
                "{\"" + "y".repeat(256) + "\":1}");
        for (String row : hostile) {
            assertThatExceptionOfType(RosterPageReader.BrokenPage.class)
                    .isThrownBy(() -> read("users", RowRule.all(), page(row)));
        }
    }

    @Test
    void theSizeOfContentOutsideTheRowsIsBounded() {
        String names = IntStream.range(0, 5_001)
                .mapToObj(number -> "{\"n" + number + "\":1}")
                .collect(Collectors.joining(","));
        for (String answer : List.of(
                "{\"users\":[" + names + "]}",
                "{\"x\":[" + names + "],\"users\":[]}",
                "{\"x\":" + "[".repeat(100) + "]".repeat(100) + ",\"users\":[]}")) {
            assertThatExceptionOfType(RosterPageReader.BrokenPage.class)
                    .isThrownBy(() -> read("users", RowRule.all(), answer));
        }
    }

    /** Numbers, null and nested fields are unchanged. */
    @Test
    void rowValuesAreUnchanged() throws Exception {
        String row =
                "{\"a\":1,\"b\":12345678901234567890,\"c\":1.5,\"d\":null,\"e\":[true,{\"f\":[]}],\"g\":{\"h\":\"é\"}}";

        read("users", RowRule.all(), page(row));

        assertThat(rows).singleElement().hasToString(row);
    }

    private static String page(String row) {
        return "{\"users\":[" + row + "]}";
    }

    /** Found by fuzzing: Jackson detects UTF-32 in these bytes and throws an exception of another type. */
    @Test
    void invalidTextIsAFailure() throws InvalidRequest {
        RosterPageReader page = new RosterPageReader(Requests.of("users"), RowRule.all(), LINKS);

        assertThatExceptionOfType(RosterPageReader.BrokenPage.class)
                .isThrownBy(() -> page.read(new ByteArrayInputStream(new byte[] {'{', 0, 0, 0, '"', 0}), rows::add));
    }

    /** Trap 21, docs/internals/classlink-rosters.md. */
    @Test
    void linksAreRewrittenToTheGatewayOrRemoved() throws Exception {
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

    /** More links than the cache holds, some too long for it, and each of them twice. */
    @Test
    void linksBeyondTheCacheSizeAreRewrittenToo() throws Exception {
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
