package io.github.k12sso.classlink.idp;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ReferenceTest {

    private final List<String> many = Stream.generate(FailedLogin.Reference::random)
            .limit(1000)
            .map(FailedLogin.Reference::text)
            .toList();

    @Test
    void hasTwoGroupsOfFourUnambiguousCharacters() {
        assertThat(many)
                .allMatch(text -> text.matches("[2-9A-Z]{4}-[2-9A-Z]{4}"))
                .noneMatch(text -> text.matches(".*[01OILSZBAEU].*"));
    }

    @Test
    void isDifferentEachTime() {
        assertThat(many).doesNotHaveDuplicates();
    }
}
