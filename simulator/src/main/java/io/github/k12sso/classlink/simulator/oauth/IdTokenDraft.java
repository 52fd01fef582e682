package io.github.k12sso.classlink.simulator.oauth;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;

/** What is about to become an id_token. */
public record IdTokenDraft(JWTClaimsSet claims, RSAKey signingKey, String clientId) {

    /** The honest id_token: RS256 with the key's {@code kid} in the header. */
    public String sign() {
        return sign(claims);
    }

    /** Other claims, honestly signed. */
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
