package io.github.k12sso.classlink.oneroster.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.k12sso.classlink.oneroster.client.RosterProblem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class RosterErrorTest {

    @ParameterizedTest
    @EnumSource
    void everyProblemIsAStatusOfAnError(RosterProblem problem) {
        assertThat(RosterError.status(problem)).isBetween(400, 504);
    }

    @ParameterizedTest
    @EnumSource
    void everyReasonIsExplained(RosterProblem problem) throws IOException {
        assertThat(Files.readString(Path.of("../docs/roster-operations.md")))
                .contains("`" + problem.name().toLowerCase(Locale.ROOT) + "`");
    }
}
