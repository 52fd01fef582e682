package io.github.k12sso.classlink.simulator.oauth;

import com.nimbusds.jwt.JWTClaimsSet;
import io.github.k12sso.classlink.simulator.district.Persona;
import io.github.k12sso.classlink.simulator.secret.Secret;
import io.github.k12sso.classlink.simulator.secret.Secrets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.Map;
import java.util.Optional;

/**
 * Signs ID tokens as ClassLink documents them: no {@code nbf}, no tenant id, a role word in {@code profile}
 * (docs/internals/classlink-protocol.md#id_token).
 */
public final class IdTokenSigner {
    private static final Duration LIFETIME = Duration.ofDays(1);

    private final String issuer;
    private final IdTokenKeys keys;
    private final Clock clock;
    private final Secrets secrets;
    private volatile IdTokenIssuer signer = IdTokenDraft::sign;

    public IdTokenSigner(String issuer, IdTokenKeys keys, Clock clock, Secrets secrets) {
        this.issuer = issuer;
        this.keys = keys;
        this.clock = clock;
        this.secrets = secrets;
    }

    public void issueWith(IdTokenIssuer other) {
        signer = other;
    }

    public void issueNormally() {
        signer = IdTokenDraft::sign;
    }

    /** Empty if the issuer omits the token. */
    Optional<String> issue(Grant grant) {
        Optional<String> idToken =
                Optional.ofNullable(signer.issue(new IdTokenDraft(claims(grant), keys.current(), grant.clientId())));
        idToken.ifPresent(text -> secrets.tell(Secret.SecretType.ID_TOKEN, text, grant.redirectUri()));
        return idToken;
    }

    private JWTClaimsSet claims(Grant grant) {
        Persona persona = grant.persona();
        Instant now = clock.instant();
        JWTClaimsSet.Builder claims = new JWTClaimsSet.Builder()
                .issuer(issuer)
                .subject(Integer.toString(persona.userId()))
                .audience(grant.clientId())
                .issueTime(Date.from(now))
                .expirationTime(Date.from(now.plus(LIFETIME)))
                .claim("auth_time", grant.authenticatedAt().getEpochSecond())
                .claim("login_hint", persona.loginId())
                .claim("name", persona.displayName())
                .claim("given_name", persona.firstName())
                .claim("family_name", persona.lastName())
                .claim("profile", persona.role())
                .claim("address", Map.of("locality", persona.tenantName(), "region", persona.stateName()));
        grant.nonce().ifPresent(nonce -> claims.claim("nonce", nonce));
        if (!persona.email().isEmpty()) {
            claims.claim("email", persona.email()).claim("email_verified", true);
        }
        return claims.build();
    }
}
