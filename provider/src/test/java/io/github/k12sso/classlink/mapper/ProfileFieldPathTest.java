package io.github.k12sso.classlink.mapper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.k12sso.classlink.mapper.ClassLinkUserAttributeMapper.ProfileFieldPath;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ProfileFieldPathTest {

    private static final ObjectNode DOCUMENT = MapperDocuments.json("""
            {
              "text": "Maple", "number": 2284, "big": 123456789012345678901234567890, "yes": true,
              "nested": { "deep": { "text": "Valley" } },
              "numbers": [5678, 671], "mixed": ["a", 7, null, "", {"b": 1}, "a"],
              "objects": [{ "id": 1 }, { "id": 2 }],
              "dotted.name": "found", "padded": "  Maple  ",
              "null": null, "empty": "", "blank": "  ", "none": []
            }
            """);

    @Test
    void aFieldThatDiffersOnlyInCaseIsSuggested() {
        ObjectNode document = JsonNodeFactory.instance.objectNode().put("SourcedId", "1");

        assertThat(ProfileFieldPath.parse("sourcedid").inOtherCase(document)).contains("SourcedId");
        assertThat(ProfileFieldPath.parse("SourcedId").inOtherCase(document)).isEmpty();
        assertThat(ProfileFieldPath.parse("Grade").inOtherCase(document)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "text,Maple",
        "number,2284",
        "big,123456789012345678901234567890",
        "yes,true",
        "nested.deep.text,Valley",
        "numbers,5678+671",
        "numbers[1],671",
        "mixed,a+7",
        "objects[1].id,2",
        "dotted\\.name,found",
        "padded,Maple"
    })
    void readsTheValueAtThePath(String path, String values) {
        assertThat(ProfileFieldPath.parse(path).read(DOCUMENT)).containsExactly(values.split("\\+"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "missing",
                "text.missing",
                "text[0]",
                "numbers[2]",
                "numbers.text",
                "nested",
                "nested.deep",
                "objects",
                "null",
                "empty",
                "blank",
                "none",
                "none[0]",
                "TEXT"
            })
    void readsNothingIfThereIsNoValue(String path) {
        assertThat(ProfileFieldPath.parse(path).read(DOCUMENT)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", ".", ".a", "a.", "a..b", "[0]", "a[", "a[]", "a[-1]", "a[x]", "a[0][1]", "a[99999999999]"})
    void rejectsAnInvalidPath(String path) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ProfileFieldPath.parse(path))
                .withMessageContaining("is not a path such as");
    }
}
