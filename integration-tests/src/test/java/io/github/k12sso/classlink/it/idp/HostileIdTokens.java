package io.github.k12sso.classlink.it.idp;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jose.util.Base64URL;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.PlainJWT;
import com.nimbusds.jwt.SignedJWT;
import io.github.k12sso.classlink.it.support.TestRealm;
import io.github.k12sso.classlink.simulator.oauth.IdTokenDraft;
import io.github.k12sso.classlink.simulator.oauth.IdTokenIssuer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Date;
import java.util.List;
import java.util.function.UnaryOperator;

/** ID tokens that must be refused. */
@SuppressWarnings("ImmutableEnumChecker") // the issuers are stateless lambdas
enum HostileIdTokens {
    MISSING("id_token_missing", draft -> null),
    EMPTY("id_token_missing", draft -> " "),
    NOT_A_TOKEN("id_token_malformed", draft -> "not.a.token.at.all"),
    JUST_TEXT("id_token_malformed", draft -> "hello"),
    HUGE(
            "id_token_malformed",
            draft -> draft.sign(new JWTClaimsSet.Builder(draft.claims())
                    .claim("padding", "x".repeat(20_000))
                    .build())),
    ALG_NONE("id_token_algorithm", draft -> new PlainJWT(draft.claims()).serialize()),
    HS256_WITH_THE_PUBLIC_KEY(
            "id_token_algorithm", draft -> hmac(draft, publicKeyPem(draft).getBytes(StandardCharsets.UTF_8))),
    HS256_WITH_THE_CLIENT_SECRET(
            "id_token_algorithm",
            draft -> hmac(draft, Arrays.copyOf(TestRealm.CLASSLINK_SECRET.getBytes(StandardCharsets.UTF_8), 32))),
    RS512(
            "id_token_algorithm",
            draft -> rsa(
                    draft,
                    JWSAlgorithm.RS512,
                    draft.signingKey(),
                    draft.signingKey().getKeyID())),
    PS256(
            "id_token_algorithm",
            draft -> rsa(
                    draft,
                    JWSAlgorithm.PS256,
                    draft.signingKey(),
                    draft.signingKey().getKeyID())),
    UNKNOWN_KEY_ID(
            "id_token_key_unknown", draft -> rsa(draft, JWSAlgorithm.RS256, draft.signingKey(), "nobody-knows-me")),
    SIGNED_BY_ANOTHER_KEY(
            "id_token_signature",
            draft -> rsa(
                    draft, JWSAlgorithm.RS256, foreignKey(), draft.signingKey().getKeyID())),
    SIGNATURE_CUT_OFF("id_token_signature", draft -> {
        String token = draft.sign();
        return token.substring(0, token.lastIndexOf('.') + 1) + "AAAA";
    }),
    CLAIMS_CHANGED_AFTER_SIGNING("id_token_signature", draft -> {
        String[] parts = draft.sign().split("\\.", -1);
        String claims =
                new JWTClaimsSet.Builder(draft.claims()).subject("1").build().toString();
        return parts[0] + "." + Base64URL.encode(claims) + "." + parts[2];
    }),
    OTHER_ISSUER("id_token_issuer", claims(claims -> claims.issuer("https://launchpad.classlink.com.evil.example"))),
    NO_ISSUER("id_token_issuer", claims(claims -> claims.issuer(null))),
    AN_LTI_LAUNCH("id_token_audience", claims(claims -> claims.audience("some-lti-tool"))),
    NO_AUDIENCE("id_token_audience", claims(claims -> claims.audience((String) null))),
    AUTHORIZED_PARTY_IS_ANOTHER(
            "id_token_audience",
            claims(claims -> claims.audience(List.of(TestRealm.CLASSLINK_CLIENT, "other"))
                    .claim("azp", "other"))),
    EXPIRED("id_token_expired", claims(claims -> claims.expirationTime(fromNow(Duration.ofMinutes(-5))))),
    NO_EXPIRY("id_token_times", claims(claims -> claims.expirationTime(null))),
    NO_ISSUE_TIME("id_token_times", claims(claims -> claims.issueTime(null))),
    ISSUED_AN_HOUR_AHEAD("id_token_times", claims(claims -> claims.issueTime(fromNow(Duration.ofHours(1))))),
    ISSUED_LAST_WEEK("id_token_times", claims(claims -> claims.issueTime(fromNow(Duration.ofDays(-7))))),
    NOT_YET_VALID("id_token_times", claims(claims -> claims.notBeforeTime(fromNow(Duration.ofHours(1))))),
    NO_NONCE("id_token_nonce", claims(claims -> claims.claim("nonce", null))),
    OTHER_NONCE("id_token_nonce", claims(claims -> claims.claim("nonce", "n-0S6_WzA2Mj"))),
    NONCE_OF_ANOTHER_TYPE("id_token_nonce", claims(claims -> claims.claim("nonce", List.of("a")))),
    NO_SUBJECT("id_token_subject", claims(claims -> claims.subject(null))),
    BLANK_SUBJECT("id_token_subject", claims(claims -> claims.subject(" "))),
    SUBJECT_OF_ANOTHER_PERSON("subject_mismatch", claims(claims -> claims.subject("870002")));

    private final String reason;
    private final IdTokenIssuer issuer;

    HostileIdTokens(String reason, IdTokenIssuer issuer) {
        this.reason = reason;
        this.issuer = issuer;
    }

    /** The expected reason in event, log and page. */
    public String reason() {
        return reason;
    }

    public IdTokenIssuer issuer() {
        return issuer;
    }

    private static IdTokenIssuer claims(UnaryOperator<JWTClaimsSet.Builder> change) {
        return draft -> draft.sign(
                change.apply(new JWTClaimsSet.Builder(draft.claims())).build());
    }

    private static Date fromNow(Duration distance) {
        return Date.from(Instant.now().plus(distance));
    }

    private static String rsa(IdTokenDraft draft, JWSAlgorithm algorithm, RSAKey key, String kid) {
        try {
            return sign(draft, algorithm, kid, new RSASSASigner(key));
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String hmac(IdTokenDraft draft, byte[] secret) {
        try {
            return sign(draft, JWSAlgorithm.HS256, draft.signingKey().getKeyID(), new MACSigner(secret));
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String sign(IdTokenDraft draft, JWSAlgorithm algorithm, String kid, JWSSigner signer)
            throws JOSEException {
        SignedJWT token =
                new SignedJWT(new JWSHeader.Builder(algorithm).keyID(kid).build(), draft.claims());
        token.sign(signer);
        return token.serialize();
    }

    private static String publicKeyPem(IdTokenDraft draft) {
        try {
            return "-----BEGIN PUBLIC KEY-----\n"
                    + Base64URL.encode(draft.signingKey().toRSAPublicKey().getEncoded())
                    + "\n-----END PUBLIC KEY-----";
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }

    private static RSAKey foreignKey() {
        try {
            return new RSAKeyGenerator(2048).generate();
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }
}
