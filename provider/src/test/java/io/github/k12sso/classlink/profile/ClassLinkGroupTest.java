package io.github.k12sso.classlink.profile;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ClassLinkGroupTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[{'name':'Chess','groupId':17,'buildingId':1}]",
                "[{'name':' Chess ','groupId':'17','buildingId':'1','more':{}}]",
                "{'response':[{'name':'Chess','groupId':17,'buildingId':1}]}",
                "{'Groups':[{'Name':'Chess','GroupId':17,'BuildingId':1}]}",
                "[{'name':'Chess','groupId':17,'buildingId':1},{'name':'Chess','groupId':17,'buildingId':1}]"
            })
    void everySupportedFormatIsRead(String answer) {
        assertThat(read(answer))
                .contains(List.of(new ClassLinkGroup(Optional.of("Chess"), Optional.of("17"), Optional.of("1"))));
    }

    @ParameterizedTest
    @ValueSource(strings = {"[]", "{'response':[]}", "{'groups':[]}"})
    void aUserWithoutGroupsHasAnEmptyList(String answer) {
        assertThat(read(answer)).contains(List.of());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "null",
                "'Chess'",
                "['Chess']",
                "[{'name':'Chess','groupId':17},null]",
                "[{'title':'Chess'}]",
                "{'response':null}",
                "{'message':'Access Denied!'}"
            })
    void anyOtherFormatIsAnError_soThatMembershipsAreKept(String answer) {
        assertThat(read(answer)).isEmpty();
    }

    @Test
    void theLengthOfAListIsBounded() {
        assertThat(read(groups(ClassLinkGroup.MAX_GROUPS)))
                .hasValueSatisfying(list -> assertThat(list).hasSize(ClassLinkGroup.MAX_GROUPS));
        assertThat(read(groups(ClassLinkGroup.MAX_GROUPS + 1))).isEmpty();
    }

    @Test
    void aNameThatIsTooLongIsIgnored() {
        assertThat(read("[{'name':'" + "x".repeat(256) + "','groupId':17}]"))
                .contains(List.of(new ClassLinkGroup(Optional.empty(), Optional.of("17"), Optional.empty())));
    }

    @Test
    void writtenGroupsReadBackUnchanged() {
        List<ClassLinkGroup> groups = read("[{'name':'Chess','groupId':17},{'groupId':18,'buildingId':1}]")
                .orElseThrow();

        assertThat(ClassLinkGroup.readAll(ClassLinkGroup.write(groups))).contains(groups);
    }

    private static String groups(int count) {
        return IntStream.range(0, count)
                .mapToObj(id -> "{'groupId':" + id + "}")
                .collect(Collectors.joining(",", "[", "]"));
    }

    private static Optional<List<ClassLinkGroup>> read(String answer) {
        try {
            return ClassLinkGroup.readAll(new ObjectMapper().readTree(answer.replace('\'', '"')));
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(e);
        }
    }
}
