package io.github.k12sso.classlink.idp;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.code_intelligence.jazzer.mutation.annotation.NotNull;
import io.github.k12sso.classlink.http.UpstreamFailure.OAuthError;
import java.util.List;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Sends arbitrary queries to the callback, with and without a login in progress. Each gets one response, and no log line,
 * event, page or URL repeats the query. At most one code is sent to ClassLink, unchanged.
 */
class CallbackFuzzTest {

    /** Part of every parameter, so that a repeated value can be detected. */
    private static final String MARK = "zq7Xv9Kp";

    @CsvSource(
            nullValues = "none",
            value = {
                "true, false, false, state, c1 &=+%41 é, none, ''",
                "true, false, false, state, ' ', none, ''",
                "true, false, false, none, code, none, ''",
                "true, true, false, state, none, ACCESS_DENIED, ''",
                "true, false, true, state, none, LOGIN_REQUIRED, ''",
                "true, false, false, state, code, INVALID_SCOPE, ''",
                "true, false, false, state, code, UNKNOWN, <script>",
                "true, false, true, state, code, none, ''",
                "false, false, false, state.tab.app, code, none, ''",
                "false, true, true, none, none, SERVER_ERROR, ''"
            })
    @FuzzTest(maxDuration = "5s")
    void repeatsNothingFromTheQuery(
            boolean loginUnderWay,
            boolean linking,
            boolean tile,
            String state,
            String code,
            OAuthError listed,
            @NotNull String unlisted) {
        String error = listed == OAuthError.UNKNOWN ? MARK + unlisted : listed == null ? null : listed.code();
        Callback callback = new Callback(loginUnderWay, linking, tile);

        callback.answer(marked(state), marked(code), error);

        assertThat(callback.answers()).as("responses").isEqualTo(1);
        assertThat(callback.said())
                .allSatisfy(text -> assertThat(text)
                        .as("all output")
                        .hasSizeLessThan(500)
                        .doesNotContain(MARK)
                        .doesNotContainPattern("\\p{Cntrl}"));
        boolean codeCounts = loginUnderWay && state != null && error == null && code != null && !code.isBlank();
        assertThat(callback.redeemed()).isEqualTo(codeCounts ? List.of(MARK + code) : List.of());
    }

    private static String marked(String parameter) {
        return parameter == null || parameter.isBlank() ? parameter : MARK + parameter;
    }
}
