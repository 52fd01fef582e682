package io.github.k12sso.classlink.demo.app;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.util.DefaultResourceRetriever;
import com.nimbusds.jose.util.Resource;
import com.nimbusds.oauth2.sdk.GeneralException;
import com.nimbusds.oauth2.sdk.id.ClientID;
import com.nimbusds.oauth2.sdk.id.Issuer;
import com.nimbusds.openid.connect.sdk.op.OIDCProviderMetadata;
import com.nimbusds.openid.connect.sdk.validators.IDTokenValidator;
import java.io.IOException;
import java.net.MalformedURLException;
import java.net.URI;
import java.net.URL;
import java.time.Duration;

/** A realm's metadata: its endpoints and the keys of its ID tokens. */
record KeycloakRealm(OIDCProviderMetadata metadata, IDTokenValidator idTokens) {

    static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);
    static final Duration READ_TIMEOUT = Duration.ofSeconds(10);

    private static final int CONNECT_TIMEOUT_MS = (int) CONNECT_TIMEOUT.toMillis();
    private static final int READ_TIMEOUT_MS = (int) READ_TIMEOUT.toMillis();
    private static final int JWKS_LIMIT_BYTES = 256 * 1024;

    /**
     * Reads the discovery document. The keys are read when the first ID token is verified.
     *
     * @param calls records both calls
     * @throws KeycloakUnavailableException if the document cannot be read
     */
    static KeycloakRealm read(Issuer issuer, ClientID client, CallLog calls) {
        try {
            URL address = OIDCProviderMetadata.resolveURL(issuer);
            OutgoingCall call = new OutgoingCall(
                    "The app reads the realm's discovery document", "GET", URI.create(address.toString()));
            OIDCProviderMetadata metadata = OIDCProviderMetadata.resolve(issuer, CONNECT_TIMEOUT_MS, READ_TIMEOUT_MS);
            calls.add(call.answered(200, metadata.toJSONObject().toJSONString()));
            IDTokenValidator idTokens = new IDTokenValidator(
                    issuer, client, JWSAlgorithm.RS256, metadata.getJWKSetURI().toURL(), new Keys(calls));
            return new KeycloakRealm(metadata, idTokens);
        } catch (GeneralException | MalformedURLException e) {
            throw new KeycloakUnavailableException(issuer + " is not a discovery document", e);
        } catch (IOException e) {
            throw new KeycloakUnavailableException(issuer + " did not respond", e);
        }
    }

    /** Reads the JWKS and records the call. */
    private static final class Keys extends DefaultResourceRetriever {
        private final CallLog calls;

        Keys(CallLog calls) {
            super(CONNECT_TIMEOUT_MS, READ_TIMEOUT_MS, JWKS_LIMIT_BYTES);
            this.calls = calls;
        }

        @Override
        public Resource retrieveResource(URL url) throws IOException {
            OutgoingCall call =
                    new OutgoingCall("The app reads the realm's signing keys", "GET", URI.create(url.toString()));
            Resource keys = super.retrieveResource(url);
            calls.add(call.answered(200, keys.getContent()));
            return keys;
        }
    }
}
