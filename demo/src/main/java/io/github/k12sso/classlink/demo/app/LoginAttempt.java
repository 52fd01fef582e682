package io.github.k12sso.classlink.demo.app;

import com.nimbusds.oauth2.sdk.id.State;
import com.nimbusds.oauth2.sdk.pkce.CodeVerifier;
import com.nimbusds.openid.connect.sdk.Nonce;
import java.net.URI;

/** A login that this browser was sent away for, and the secrets that its answer must match. */
record LoginAttempt(URI location, State state, Nonce nonce, CodeVerifier verifier) {}
