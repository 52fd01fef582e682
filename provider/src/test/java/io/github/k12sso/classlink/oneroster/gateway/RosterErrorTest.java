package io.github.k12sso.classlink.oneroster.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.k12sso.classlink.oneroster.client.RosterFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class RosterErrorTest {

    @ParameterizedTest
    @EnumSource
    void everyProblemMapsToAnErrorStatus(RosterFailure.Reason reason) {
        assertThat(RosterError.status(reason)).isBetween(400, 504);
    }

    @ParameterizedTest
    @EnumSource
    void everyReasonIsDocumented(RosterFailure.Reason reason) throws IOException {
        assertThat(Files.readString(Path.of("../docs/operate/roster-operations.md")))
                .contains("`" + reason.name().toLowerCase(Locale.ROOT) + "`");
    }
}
