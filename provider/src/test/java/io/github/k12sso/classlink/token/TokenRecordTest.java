package io.github.k12sso.classlink.token;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.Optional;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TokenRecordTest {

    @Property
    void whatIsWritten_readsTheSame(@ForAll("tokenSets") TokenSet tokens) {
        assertThat(TokenRecord.read(TokenRecord.write(tokens))).contains(tokens);
    }

    @Property
    void anyText_isARecordOrNone(@ForAll String text, @ForAll long expiration) {
        assertThat(TokenRecord.read(text).map(TokenSet::accessToken).orElse("present"))
                .isNotBlank();
        assertThat(TokenRecord.read("{\"access_token\":\"a\",\"accessTokenExpiration\":" + expiration + "}")
                        .map(tokens -> tokens.expiresAt().getEpochSecond())
                        .orElse(expiration))
                .isEqualTo(expiration);
    }

    @Nested
    class GivenARecordOfABuiltInBroker {

        @Test
        void givenItSaysWhenTheTokenEnds_thenItReadsLikeOurs() {
            Optional<TokenSet> tokens = TokenRecord.read("""
                    {"access_token":"access-1","expires_in":3600,"refresh_expires_in":0,"refresh_token":"refresh-1",
                     "token_type":"Bearer","id_token":"head.body.signature","not-before-policy":0,"scope":"openid profile",
                     "accessTokenExpiration":1795420800}
                    """);

            assertThat(tokens)
                    .contains(new TokenSet("access-1", Optional.of("refresh-1"), Instant.ofEpochSecond(1795420800L)));
        }

        @Test
        void givenItDoesNotSay_thenItCannotBeUsed() {
            assertThat(TokenRecord.read("""
                                    {"access_token":"access-1","token_type":"Bearer","response_type":"code","id_token":"h.b.s"}
                                    """)).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "not json",
                "null",
                "[]",
                "{}",
                "{\"access_token\":\"a\"",
                "{\"accessTokenExpiration\":1795420800}",
                "{\"access_token\":\"\",\"accessTokenExpiration\":1795420800}",
                "{\"access_token\":7,\"accessTokenExpiration\":1795420800}",
                "{\"access_token\":\"a\",\"accessTokenExpiration\":\"1795420800\"}",
                "{\"access_token\":\"a\",\"accessTokenExpiration\":1795420800.5}",
                "{\"access_token\":\"a\",\"accessTokenExpiration\":null}",
                "{\"access_token\":\"a\",\"accessTokenExpiration\":9223372036854775807}",
                "{\"access_token\":\"a\",\"accessTokenExpiration\":18446744073709551617}",
                "eyJhbGciOiJkaXIiLCJlbmMiOiJBMjU2R0NNIn0..aaaa.bbbb.cccc"
            })
    void givenARecordThatCannotBeRead_thenThereIsNone(String record) {
        assertThat(TokenRecord.read(record)).isEmpty();
    }

    @Provide
    Arbitrary<TokenSet> tokenSets() {
        Arbitrary<String> tokens =
                Arbitraries.strings().ofMinLength(1).ofMaxLength(80).filter(text -> !text.isBlank());
        return Combinators.combine(
                        tokens,
                        tokens.optional(),
                        Arbitraries.longs()
                                .between(
                                        Instant.parse("1970-01-01T00:00:00Z").getEpochSecond(),
                                        Instant.parse("9999-12-31T00:00:00Z").getEpochSecond())
                                .map(Instant::ofEpochSecond))
                .as(TokenSet::new);
    }
}
