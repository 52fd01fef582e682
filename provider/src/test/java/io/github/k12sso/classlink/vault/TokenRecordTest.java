package io.github.k12sso.classlink.vault;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.k12sso.classlink.profile.Profile.SourcedId;
import io.github.k12sso.classlink.profile.Profile.TenantId;
import io.github.k12sso.classlink.vault.TokenRecord.TokenSet;
import java.time.Instant;
import java.util.List;
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
    void aWrittenRecordReadsBackUnchanged(@ForAll("records") TokenRecord record) throws JsonProcessingException {
        assertThat(TokenRecord.read(new ObjectMapper().readTree(record.write().toString())))
                .isEqualTo(record);
    }

    @Property
    void aRecordOfABuiltInBrokerIsReadTheSame(@ForAll("tokenSets") TokenSet tokens) {
        TokenRecord record = new TokenRecord(Optional.of(tokens), Optional.empty());

        assertThat(TokenRecord.readPlain(record.write().toString())).contains(record);
    }

    @Property
    void anyTextIsParsedOrRejected(@ForAll String text, @ForAll long expiration) {
        assertThat(read(text).map(TokenSet::accessToken).orElse("present")).isNotBlank();
        assertThat(read("{\"access_token\":\"a\",\"accessTokenExpiration\":" + expiration + "}")
                        .map(tokens -> tokens.expiresAt().getEpochSecond())
                        .orElse(expiration))
                .isEqualTo(expiration);
    }

    @Nested
    class GivenARecordOfABuiltInBroker {

        @Test
        void givenAnExpiry_thenItIsReadLikeOurRecords() {
            Optional<TokenSet> tokens = read("""
                    {"access_token":"access-1","expires_in":3600,"refresh_expires_in":0,"refresh_token":"refresh-1",
                     "token_type":"Bearer","id_token":"head.body.signature","not-before-policy":0,"scope":"openid profile",
                     "accessTokenExpiration":1795420800}
                    """);

            assertThat(tokens)
                    .contains(new TokenSet("access-1", Optional.of("refresh-1"), Instant.ofEpochSecond(1795420800L)));
        }

        @Test
        void givenNoExpiryButARefreshToken_thenTheTokenIsExpiredAndCanBeRefreshed() {
            assertThat(read("""
                    {"access_token":"access-1","token_type":"Bearer","refresh_token":"refresh-1"}
                    """)).contains(new TokenSet("access-1", Optional.of("refresh-1"), Instant.EPOCH));
        }

        @Test
        void givenNoExpiry_thenTheTokenCannotBeUsed() {
            assertThat(read("""
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
    void givenAnUnreadableRecord_thenThereIsNone(String record) {
        assertThat(read(record)).isEmpty();
    }

    @Test
    void givenARevokedGrant_thenTheUserIsStillKnown() throws JsonProcessingException {
        TokenRecord record = new TokenRecord(
                Optional.of(new TokenSet("access", Optional.of("refresh"), Instant.ofEpochSecond(1795420800L))),
                Optional.of(
                        new TokenRecord.Identity("870001", Optional.empty(), Optional.empty(), List.of("Student"))));

        TokenRecord read = TokenRecord.read(
                new ObjectMapper().readTree(record.revoked().write().toString()));

        assertThat(read.tokens()).isEmpty();
        assertThat(read.identity()).isEqualTo(record.identity());
    }

    @Test
    void theLoginTimeIsKeptAfterARefresh() throws JsonProcessingException {
        Instant login = Instant.ofEpochMilli(1795420800123L);
        TokenSet tokens = new TokenSet("access", Optional.empty(), Instant.ofEpochSecond(1795420800L));
        TokenRecord record = new TokenRecord(Optional.empty(), Optional.empty(), login).with(tokens);

        TokenRecord read =
                TokenRecord.read(new ObjectMapper().readTree(record.write().toString()));

        assertThat(read).isEqualTo(record);
        assertThat(read.revoked().loginAt()).isEqualTo(login);
    }

    @ParameterizedTest
    @ValueSource(strings = {"{}", "{\"login_at\":\"x\"}", "{\"login_at\":1e300}", "{\"login_at\":null}"})
    void givenARecordWithoutALoginTime_thenItCountsAsTheOldest(String record) throws JsonProcessingException {
        assertThat(TokenRecord.read(new ObjectMapper().readTree(record)).loginAt())
                .isEqualTo(Instant.EPOCH);
    }

    private static Optional<TokenSet> read(String text) {
        return TokenRecord.readPlain(text).flatMap(TokenRecord::tokens);
    }

    @Provide
    Arbitrary<TokenRecord> records() {
        Arbitrary<TokenRecord.Identity> people = Combinators.combine(
                        Arbitraries.strings().ofMinLength(1).ofMaxLength(20),
                        Arbitraries.longs()
                                .greaterOrEqual(0)
                                .map(Object::toString)
                                .map(TenantId::new)
                                .optional(),
                        Arbitraries.strings()
                                .ofMaxLength(255)
                                .filter(text -> !text.isBlank())
                                .map(SourcedId::new)
                                .optional(),
                        Arbitraries.strings().ofMaxLength(20).list().ofMaxSize(3))
                .as(TokenRecord.Identity::new);
        return Combinators.combine(tokenSets().optional(), people.optional()).as(TokenRecord::new);
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
