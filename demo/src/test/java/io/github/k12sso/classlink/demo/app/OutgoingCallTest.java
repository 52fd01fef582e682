package io.github.k12sso.classlink.demo.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class OutgoingCallTest {

    @Test
    @DisplayName("given a value with shell characters, it is quoted")
    void quoted() {
        AppCall call = new OutgoingCall("x", "POST", URI.create("http://h/it's"))
                .form(Map.of("scope", List.of("a'b $HOME `id`")))
                .answered(200, "{}");

        assertThat(call.curl())
                .isEqualTo("curl -sS 'http://h/it'\\''s' \\\n  --data-urlencode 'scope=a'\\''b $HOME `id`'");
    }

    @Test
    @DisplayName("given an unknown parameter, its value is not shown")
    void unknownParameters() {
        AppCall call = new OutgoingCall("x", "GET", URI.create("http://h/p?scope=a$b&assertion=s3cret&x%60y=s3cret"))
                .form(Map.of("client_assertion", List.of("s3cret")))
                .answered(200, "");

        assertThat(call.toString()).doesNotContain("s3cret").contains("$CLIENT_ASSERTION");
        assertThat(call.curl())
                .contains("'http://h/p'\"?scope=a%24b&assertion=$ASSERTION")
                .doesNotContain("`");
    }

    @Test
    @DisplayName("given a response that isn't JSON, only its length is shown")
    void noJson() {
        assertThat(ShownJson.of("<html>", "$T")).isEqualTo("(6 characters that are not JSON)");
        assertThat(ShownJson.of(" ", "$T")).isEqualTo("(no body)");
    }

    @Test
    @DisplayName("given a token in another or nested field, it is not shown")
    void tokensAnywhere() {
        assertThat(ShownJson.of("{\"a\":{\"b\":[\"eyJhbGciOi\"],\"password\":\"p4ss\"}}", "$T"))
                .contains("$TOKEN", "$PASSWORD")
                .doesNotContain("eyJ", "p4ss");
    }
}
