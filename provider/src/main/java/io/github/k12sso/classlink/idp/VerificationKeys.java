package io.github.k12sso.classlink.idp;

import io.github.k12sso.classlink.http.Measurement.Operation;
import io.github.k12sso.classlink.http.UpstreamClient;
import io.github.k12sso.classlink.http.UpstreamFailure;
import io.github.k12sso.classlink.settings.ClassLinkIdentityProviderConfig;
import java.io.IOException;
import java.util.Optional;
import org.keycloak.crypto.Algorithm;
import org.keycloak.crypto.KeyWrapper;
import org.keycloak.crypto.PublicKeysWrapper;
import org.keycloak.jose.jwk.JSONWebKeySet;
import org.keycloak.jose.jwk.JWK;
import org.keycloak.keys.PublicKeyStorageProvider;
import org.keycloak.keys.PublicKeyStorageUtils;
import org.keycloak.models.KeycloakSession;
import org.keycloak.util.JWKSUtils;
import org.keycloak.util.JsonSerialization;

/**
 * ClassLink's signing keys in Keycloak's key cache. An unknown key ID triggers a fetch, at most every ten seconds
 * ({@code --spi-public-key-storage--infinispan--min-time-between-requests}), so key rotation needs no restart and many
 * unknown IDs do not overload ClassLink.
 *
 * <p>Keycloak's loader is not used because it has no deadline for the whole response, and other logins wait for it.
 */
final class VerificationKeys {

    private final KeycloakSession session;
    private final ClassLinkIdentityProviderConfig config;
    private final UpstreamClient upstream;

    VerificationKeys(KeycloakSession session, ClassLinkIdentityProviderConfig config, UpstreamClient upstream) {
        this.session = session;
        this.config = config;
        this.upstream = upstream;
    }

    /**
     * Returns the RS256 key with this ID.
     *
     * @param kid null if the token has none; ClassLink must then publish exactly one key
     * @throws UpstreamFailure if the keys could not be fetched
     */
    Optional<KeyWrapper> find(String kid) throws UpstreamFailure {
        try {
            return Optional.ofNullable(storage().getPublicKey(cacheKey(), kid, Algorithm.RS256, this::load));
        } catch (RuntimeException e) {
            // Keycloak wraps exceptions of the loader, possibly from another login's thread.
            Optional<UpstreamFailure> failure = upstreamFailureIn(e);
            if (failure.isPresent()) {
                throw failure.get();
            }
            throw e;
        }
    }

    boolean reload() {
        return storage().reloadKeys(cacheKey(), this::load);
    }

    /** A {@link org.keycloak.keys.PublicKeyLoader}. */
    @SuppressWarnings("deprecation") // JWKSUtils accepts only the deprecated enum JWK.Use.
    private PublicKeysWrapper load() throws UpstreamFailure {
        String document = upstream.get(Operation.KEYS, config.getJwksUrl()).toString();
        try {
            JSONWebKeySet keys = JsonSerialization.readValue(document, JSONWebKeySet.class);
            if (keys.getKeys() == null) {
                throw new UpstreamFailure.Malformed(Operation.KEYS, "returned no list of keys");
            }
            return JWKSUtils.getKeyWrappersForUse(keys, JWK.Use.SIG, true);
        } catch (IOException e) {
            throw new UpstreamFailure.Malformed(Operation.KEYS, "returned an invalid key set");
        }
    }

    private PublicKeyStorageProvider storage() {
        return session.getProvider(PublicKeyStorageProvider.class);
    }

    private String cacheKey() {
        return PublicKeyStorageUtils.getIdpModelCacheKey(
                session.getContext().getRealm().getId(), config.getInternalId());
    }

    private static Optional<UpstreamFailure> upstreamFailureIn(Throwable thrown) {
        for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
            if (cause instanceof UpstreamFailure failure) {
                return Optional.of(failure);
            }
        }
        return Optional.empty();
    }
}
