package io.github.k12sso.classlink.oneroster.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.databind.ObjectMapper;
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
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RosterPageReaderTest {

    private static final Links LINKS = new Links("https://kc.example/realms/r/classlink/c/ims/oneroster/v1p1");

    private static final ObjectMapper JSON = new ObjectMapper();
    /** A rule that needs a tree. */
    private static final RowRule OF_TREES = Optional::of;

    private final List<ObjectNode> rows = new ArrayList<>();
    private final List<String> texts = new ArrayList<>();

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

    /** Trap 20, docs/internals/classlink-traps.md: never a short 200. */
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
            for (RowRule rule : List.of(RowRule.all(), RowRule.only(Set.of("status")), OF_TREES)) {
                assertThatExceptionOfType(RosterPageReader.BrokenPage.class)
                        .isThrownBy(() -> read("users", rule, page(row)));
            }
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
            assertThatExceptionOfType(RosterPageReader.BrokenPage.class)
                    .isThrownBy(() -> read("users", OF_TREES, answer));
        }
    }

    /** A copy and a tree have the same content, except that a copy keeps the form of numbers. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                " { \"a\" :\t[ 1 , 2 ] ,\n \"b\" : { } } ",
                "{\"a\":\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\ud83c\\udf31\",\"é🌱\":\"é🌱\",\"\\u0061b\":1}",
                "{\"a\":null,\"b\":true,\"c\":false,\"d\":-1,\"e\":1.25,\"f\":123456789012345678901234567890}",
                "{\"a\":1,\"b\":2,\"a\":{\"c\":1,\"c\":2}}",
                "{\"x\":{\"a\":1},\"a\":{\"a\":{\"a\":[{\"a\":1},{\"a\":2}]}},\"y\":{\"a\":1}}",
                "{\"password\":\"secret\",\"a\":{\"password\":\"kept\"},\"pass\\u0077ord\":\"secret\"}",
                "{\"href\":1,\"a\":{\"href\":null},\"b\":{\"href\":{\"href\":\"https://d/ims/oneroster/v1p1/orgs/1\"}},\"c\":[[{\"href\":[]}]]}",
                "{\"a\":{\"hr\\u0065f\":\"https://d/ims/oneroster/v1p1/orgs/1\"},\"b\":{\"h\\u0072ef\":\"https://d/x\"}}",
                "{\"a\":{\"href\":\"https://d/x\",\"href\":\"https://d/ims/oneroster/v1p1/orgs/1\"}}",
                "{\"sourcedId\":\"1\",\"sourcedId\":\"2\",\"sourcedId\":\"1\"}"
            })
    void aCopyOfARowEqualsItsTree(String row) throws Exception {
        RowRule without = RowRule.without(Set.of("password"));

        read("users", without, page(row));
        read("users", each -> without.pass(each), page(row));

        assertThat(rows).hasSize(2);
        assertThat(rows.get(0)).hasToString(rows.get(1).toString());
        assertThat(texts.get(0)).doesNotContain("https://d/", "secret");
    }

    /** A client that reads the first of two members must not see more than one that reads the last. */
    @Test
    void ofTwoEqualMembersOnlyTheLastIsPassedOn() throws Exception {
        read(
                "users",
                RowRule.without(Set.of("password")),
                page(
                        "{\"sourcedId\":\"a\",\"sourced\\u0049d\":\"b\",\"org\":{\"href\":\"https://d/ims/oneroster/v1p1/orgs/1\","
                                + "\"href\":\"https://d/x\"}}"));

        assertThat(texts.get(0)).containsOnlyOnce("sourcedId").contains("\"b\"").doesNotContain("https://d/");
    }

    @Test
    void theFirstIdIsThatOfTheFirstRowEvenIfItIsNotPassedOn() throws Exception {
        for (RowRule rule : List.of(RowRule.only(Set.of("role")), (RowRule) row -> Optional.empty())) {
            RosterPageReader page = new RosterPageReader(Requests.of("users?limit=1"), rule, LINKS);
            String answer = "{\"users\":[{\"role\":\"x\",\"sourcedId\":\"a\"},{\"sourcedId\":\"b\"}]}";

            int count = page.read(new ByteArrayInputStream(answer.getBytes(StandardCharsets.UTF_8)), this::add);

            assertThat(count).isEqualTo(2);
            assertThat(page.firstId()).isEqualTo("a");
        }
        assertThat(texts).as("of one requested row").containsExactly("{\"role\":\"x\"}");
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
                .isThrownBy(() -> page.read(new ByteArrayInputStream(new byte[] {'{', 0, 0, 0, '"', 0}), this::add));
    }

    /** Trap 21, docs/internals/classlink-traps.md. */
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

    @ParameterizedTest
    @CsvSource({
        "orgs/1, orgs/1",
        "users/A-b_9, users/A-b_9",
        "orgs/a.b, orgs/a.b",
        "orgs/a%20b, orgs/a%20b",
        "orgs/1?x=y, orgs/1%3Fx%3Dy",
        "orgs/1#x, orgs/1%23x",
        "orgs/,",
        "orgs/..,",
        "orgs/%2e%2e,",
        "orgs/1/, orgs/1",
        "orgs//1,",
        "widgets/1,",
        "orgs,",
        "classes/1/students,",
        "/orgs/1,"
    })
    void aLinkIsRewrittenOnlyIfItIsThatOfAnObject(String path, String expected) throws Exception {
        String href = "https://district.example/ims/oneroster/v1p1/" + path;

        read("classes", RowRule.all(), "{\"classes\":[{\"school\":{\"href\":\"" + href + "\"}}]}");

        assertThat(rows.get(0).at("/school/href").asText(null))
                .isEqualTo(
                        expected == null
                                ? null
                                : "https://kc.example/realms/r/classlink/c/ims/oneroster/v1p1/" + expected);
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

    private void add(byte[] row) throws IOException {
        texts.add(new String(row, StandardCharsets.UTF_8));
        rows.add((ObjectNode) JSON.readTree(row));
    }

    private int read(String request, RowRule rule, String answer)
            throws InvalidRequest, RosterPageReader.BrokenPage, IOException {
        return new RosterPageReader(Requests.of(request), rule, LINKS)
                .read(new ByteArrayInputStream(answer.getBytes(StandardCharsets.UTF_8)), this::add);
    }
}
