package io.github.k12sso.classlink.simulator.oauth;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;

/** The data of an ID token before signing. */
public record IdTokenDraft(JWTClaimsSet claims, RSAKey signingKey, String clientId) {

    /** The regular ID token: RS256 with the key's {@code kid} in the header. */
    public String sign() {
        return sign(claims);
    }

    /** Signs other claims in the regular way. */
    public String sign(JWTClaimsSet otherClaims) {
        SignedJWT jwt = new SignedJWT(
                new JWSHeader.Builder(JWSAlgorithm.RS256)
                        .keyID(signingKey.getKeyID())
                        .build(),
                otherClaims);
        try {
            jwt.sign(new RSASSASigner(signingKey));
        } catch (JOSEException e) {
            throw new IllegalStateException("cannot sign with " + signingKey.getKeyID(), e);
        }
        return jwt.serialize();
    }
}
