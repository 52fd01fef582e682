package io.github.k12sso.classlink.simulator.oauth;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * RSA keys: the newest signs, all published keys verify (RS256 only,
 * docs/internals/classlink-protocol.md#id_token).
 */
public final class IdTokenKeys {
    /** Newest first. Created on first use, because not every run signs a token. */
    private final List<RSAKey> published = new ArrayList<>();

    /** Adds a signing key; the old keys stay published. */
    public synchronized void rotate() {
        ensureKey();
        published.add(0, generate());
    }

    /** Adds a signing key and publishes only this one, so that older ID tokens cannot be verified. */
    public synchronized void rotateAndDropOld() {
        published.clear();
        published.add(generate());
    }

    /** The current signing key. */
    public synchronized RSAKey current() {
        ensureKey();
        return published.get(0);
    }

    private synchronized void ensureKey() {
        if (published.isEmpty()) {
            published.add(generate());
        }
    }

    synchronized JWKSet publicKeys() {
        ensureKey();
        return new JWKSet(published.stream().map(key -> (JWK) key.toPublicJWK()).toList());
    }

    private static RSAKey generate() {
        try {
            return new RSAKeyGenerator(2048)
                    .keyID(UUID.randomUUID().toString())
                    .keyUse(KeyUse.SIGNATURE)
                    .algorithm(JWSAlgorithm.RS256)
                    .generate();
        } catch (JOSEException e) {
            throw new IllegalStateException("this Java runtime has no RSA key generator", e);
        }
    }
}
