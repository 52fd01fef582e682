package io.github.k12sso.classlink.idp;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.code_intelligence.jazzer.mutation.annotation.NotNull;
import io.github.k12sso.classlink.http.UpstreamFailure.OAuthError;
import java.util.List;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Anything in the callback's query, in a browser with and without a login under way: one answer, and nothing of the query in a
 * log line, an event, a page or an address. At most one code goes to ClassLink, as it came.
 */
class CallbackFuzzTest {

    /** Stands in every parameter, so that it is seen wherever one of them is repeated. */
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
    void saysNothingOfTheQuery(
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

        assertThat(callback.answers()).as("answers").isEqualTo(1);
        assertThat(callback.said())
                .allSatisfy(text -> assertThat(text)
                        .as("what is said")
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
