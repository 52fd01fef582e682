package io.github.k12sso.classlink.idp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.code_intelligence.jazzer.mutation.annotation.InRange;
import com.code_intelligence.jazzer.mutation.annotation.NotNull;
import com.code_intelligence.jazzer.mutation.annotation.WithSize;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.keycloak.representations.JsonWebToken;

/**
 * Fuzzes headers, claims, keys and characters of ID tokens. Only a token that ClassLink's key signed for this login is
 * accepted, and every rejection has the same exception type.
 */
class IdTokenFuzzTest {

    private static final int DAY = 24 * 60 * 60;

    private static final KeyPair SOMEBODYS_KEY = TestIdTokens.newKey();
    private static final String GOOD = TestIdTokens.signed(
            TestIdTokens.header().toString(), TestIdTokens.claims().toString());

    private final IdTokenVerifier verifier = TestIdTokens.verifier();

    @MethodSource("seeds")
    @FuzzTest(maxDuration = "5s")
    void acceptsOnlyTokensSignedForThisLogin(
            @NotNull @WithSize(max = 3) List<@NotNull Member> members,
            @NotNull Signer signer,
            String header,
            String claims,
            @InRange(min = 0, max = 1023) int place,
            String letters) {
        ObjectNode changedHeader = TestIdTokens.header();
        ObjectNode changedClaims = TestIdTokens.claims();
        members.forEach(member -> member.in(member.name().ofHeader ? changedHeader : changedClaims));
        String signed = signer.sign(
                Optional.ofNullable(header).orElseGet(changedHeader::toString),
                Optional.ofNullable(claims).orElseGet(changedClaims::toString));
        String token = letters == null || place >= signed.length()
                ? signed
                : signed.substring(0, place) + letters + signed.substring(place + 1);
        try {
            JsonWebToken taken = verifier.verify(token, TestIdTokens.NONCE);
            assertThat(signer).isEqualTo(Signer.CLASSLINK);
            assertThat(withoutSignature(token)).isEqualTo(withoutSignature(signed));
            assertForThisLogin(taken);
        } catch (LoginRefused refused) {
            assertThat(refused).hasMessage(refused.reason().code()).hasNoCause();
            assertThat(token).as("a valid token is accepted").isNotEqualTo(GOOD);
        }
    }

    static Stream<Arguments> seeds() {
        return Stream.of(
                arguments(List.of(), Signer.CLASSLINK, null, null, 0, null),
                arguments(List.of(), Signer.SOMEBODY, null, null, 0, null),
                arguments(List.of(), Signer.NOBODY, null, null, 0, null),
                arguments(List.of(), Signer.CLASSLINK, null, null, 20, "A"),
                arguments(List.of(), Signer.CLASSLINK, null, null, 400, "."),
                arguments(List.of(), Signer.CLASSLINK, "null", null, 0, null),
                arguments(List.of(), Signer.CLASSLINK, "[]", null, 0, null),
                arguments(List.of(), Signer.CLASSLINK, null, "null", 0, null),
                changed(Signer.NOBODY, Name.alg, Value.TEXT, "none"),
                changed(Signer.CLASSLINK, Name.alg, Value.TEXT, "HS256"),
                changed(Signer.CLASSLINK, Name.alg, Value.ABSENT, ""),
                changed(Signer.CLASSLINK, Name.kid, Value.TEXT, "key-2"),
                changed(Signer.CLASSLINK, Name.crit, Value.LIST, "b64"),
                changed(Signer.CLASSLINK, Name.iss, Value.TEXT, TestIdTokens.ISSUER + "/"),
                changed(Signer.CLASSLINK, Name.aud, Value.LIST, "another-app"),
                changed(Signer.CLASSLINK, Name.azp, Value.TEXT, "another-app"),
                changed(Signer.CLASSLINK, Name.sub, Value.TEXT, " "),
                changed(Signer.CLASSLINK, Name.nonce, Value.TEXT, "planted"),
                changed(Signer.CLASSLINK, Name.exp, Value.TIME_AS_TEXT, ""),
                changed(Signer.CLASSLINK, Name.exp, Value.FRACTION, ""),
                changed(Signer.CLASSLINK, Name.iat, Value.NULL, ""),
                changed(Signer.CLASSLINK, Name.nbf, Value.TIME, ""));
    }

    private static Arguments changed(Signer signer, Name name, Value value, String text) {
        return arguments(List.of(new Member(name, value, text, DAY / 2)), signer, null, null, 0, null);
    }

    private static void assertForThisLogin(JsonWebToken taken) {
        long now = TestIdTokens.NOW.getEpochSecond();
        assertThat(taken.getIssuer()).isIn(TestIdTokens.ISSUER, TestIdTokens.ISSUER + "/");
        assertThat(taken.getAudience()).contains(TestIdTokens.CLIENT_ID);
        assertThat(taken.getIssuedFor()).isIn(null, TestIdTokens.CLIENT_ID);
        assertThat(taken.getOtherClaims()).containsEntry("nonce", TestIdTokens.NONCE);
        assertThat(taken.getSubject()).isNotBlank();
        assertThat(taken.getIat()).isBetween(now - DAY - 30, now + 30);
        assertThat(taken.getExp()).isGreaterThan(now - 30).isGreaterThan(taken.getIat());
        assertThat(taken.getNbf() == null ? now : taken.getNbf()).isLessThanOrEqualTo(now + 30);
    }

    /** The JWS signing input (RFC 7515): encoded header and claims. */
    private static String withoutSignature(String token) {
        return token.substring(0, token.indexOf('.', token.indexOf('.') + 1));
    }

    /**
     * A header parameter or claim that is set, removed, or of another type.
     *
     * @param number for a time claim, seconds from now
     */
    record Member(
            @NotNull Name name,
            @NotNull Value value,
            @NotNull String text,
            long number) {

        void in(ObjectNode json) {
            String key = name.name();
            switch (value) {
                case ABSENT -> json.remove(key);
                case NULL -> json.putNull(key);
                case TEXT -> json.put(key, text);
                case NUMBER -> json.put(key, number);
                case FRACTION -> json.put(key, number / 7.0);
                case TIME -> json.put(key, TestIdTokens.NOW.getEpochSecond() + number % (2 * DAY));
                case TIME_AS_TEXT -> json.put(key, String.valueOf(TestIdTokens.NOW.getEpochSecond() + number % DAY));
                case LIST -> json.putArray(key).add(text).addNull().add(TestIdTokens.CLIENT_ID);
                case OBJECT -> json.putObject(key).put(text, number);
            }
        }
    }

    enum Value {
        ABSENT,
        NULL,
        TEXT,
        NUMBER,
        FRACTION,
        TIME,
        TIME_AS_TEXT,
        LIST,
        OBJECT
    }

    enum Name {
        alg(true),
        kid(true),
        typ(true),
        cty(true),
        jwk(true),
        x5c(true),
        crit(true),
        b64(true),
        iss(false),
        sub(false),
        aud(false),
        azp(false),
        exp(false),
        iat(false),
        nbf(false),
        nonce(false),
        jti(false);

        private final boolean ofHeader;

        Name(boolean ofHeader) {
            this.ofHeader = ofHeader;
        }
    }

    enum Signer {
        CLASSLINK,
        SOMEBODY,
        NOBODY;

        private String sign(String header, String claims) {
            return switch (this) {
                case CLASSLINK -> TestIdTokens.signed(header, claims);
                case SOMEBODY -> TestIdTokens.signed(header, claims, SOMEBODYS_KEY);
                case NOBODY -> unsigned(header) + "." + unsigned(claims);
            };
        }

        private static String unsigned(String part) {
            return TestIdTokens.base64(part.getBytes(StandardCharsets.UTF_8));
        }
    }
}
