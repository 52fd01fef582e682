package io.github.k12sso.classlink.simulator.runtime;

import java.time.Duration;

/** Everything that can be turned while the simulator runs. */
public final class Switches {
    private volatile TokenMode tokenMode = TokenMode.CLASSLINK;
    private volatile PkceMode pkce = PkceMode.VERIFY;
    private volatile boolean consent;
    private volatile boolean revocation;
    private volatile boolean guideProfile;
    private volatile boolean rosterScopeRequired;
    private volatile boolean stateOnErrors = true;
    private volatile boolean stateOnCodes = true;
    private volatile boolean refreshRotation = true;
    private volatile boolean refreshTokens = true;
    private volatile Duration accessTokenLifetime = Duration.ofHours(24);
    private volatile Duration guideTokenLifetime = Duration.ofHours(1);

    public TokenMode tokenMode() {
        return tokenMode;
    }

    public void tokenMode(TokenMode value) {
        tokenMode = value;
    }

    public PkceMode pkce() {
        return pkce;
    }

    public void pkce(PkceMode value) {
        pkce = value;
    }

    public boolean consent() {
        return consent;
    }

    public void consent(boolean value) {
        consent = value;
    }

    public boolean revocation() {
        return revocation;
    }

    public void revocation(boolean value) {
        revocation = value;
    }

    public boolean guideProfile() {
        return guideProfile;
    }

    public void guideProfile(boolean value) {
        guideProfile = value;
    }

    public boolean rosterScopeRequired() {
        return rosterScopeRequired;
    }

    public void rosterScopeRequired(boolean value) {
        rosterScopeRequired = value;
    }

    /** Whether an answer with a code has the request's state: off, every login looks like a tile. */
    public boolean stateOnCodes() {
        return stateOnCodes;
    }

    public void stateOnCodes(boolean value) {
        stateOnCodes = value;
    }

    public boolean stateOnErrors() {
        return stateOnErrors;
    }

    public void stateOnErrors(boolean value) {
        stateOnErrors = value;
    }

    /** Whether {@link TokenMode#GUIDE} issues refresh tokens with new grants. */
    public boolean refreshTokens() {
        return refreshTokens;
    }

    public void refreshTokens(boolean value) {
        refreshTokens = value;
    }

    public boolean refreshRotation() {
        return refreshRotation;
    }

    public void refreshRotation(boolean value) {
        refreshRotation = value;
    }

    public void accessTokenLifetime(Duration value) {
        accessTokenLifetime = value;
    }

    public void guideTokenLifetime(Duration value) {
        guideTokenLifetime = value;
    }

    /** How long an access token issued now lives. */
    public Duration tokenLifetime() {
        return tokenMode == TokenMode.GUIDE ? guideTokenLifetime : accessTokenLifetime;
    }
}
