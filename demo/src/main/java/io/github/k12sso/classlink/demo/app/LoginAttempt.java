package io.github.k12sso.classlink.demo.app;

import com.nimbusds.oauth2.sdk.id.State;
import com.nimbusds.oauth2.sdk.pkce.CodeVerifier;
import com.nimbusds.openid.connect.sdk.Nonce;
import java.net.URI;

/** A login in progress, with the secrets that its response must match. */
record LoginAttempt(URI location, State state, Nonce nonce, CodeVerifier verifier) {}
