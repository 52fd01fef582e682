package io.github.k12sso.classlink.demo.app;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** The app's session of one browser. Not thread-safe: hold its monitor while using it. */
final class BrowserSession {

    private final String id;
    private final CallLog calls;
    private ClassesLoading loading;
    private LoginAttempt attempt;
    private SignIn signIn;
    private boolean renewalTried;
    private Instant quietUntil = Instant.MIN;

    BrowserSession(String id) {
        this(id, new CallLog());
    }

    private BrowserSession(String id, CallLog calls) {
        this.id = id;
        this.calls = calls;
    }

    String id() {
        return id;
    }

    /** The app's calls to Keycloak and the roster since the last sign-in. */
    CallLog calls() {
        return calls;
    }

    void loginStarted(LoginAttempt started) {
        attempt = started;
    }

    /** The login in progress; its response can be redeemed once. */
    Optional<LoginAttempt> takeAttempt() {
        Optional<LoginAttempt> taken = Optional.ofNullable(attempt);
        attempt = null;
        return taken;
    }

    void signedIn(SignIn who) {
        signIn = who;
    }

    Optional<SignIn> signIn() {
        return Optional.ofNullable(signIn);
    }

    void signedOut() {
        signIn = null;
        attempt = null;
        loading = null;
        calls.clear();
    }

    void isLoading(ClassesLoading started) {
        loading = started;
    }

    /** The loading of the user's classes, if in progress. */
    Optional<ClassesLoading> loading() {
        return Optional.ofNullable(loading);
    }

    void loaded() {
        loading = null;
    }

    /** Whether a login may be started for an expired ClassLink token: once, until a page is shown again. */
    boolean mayRenew() {
        return !renewalTried;
    }

    void renewalStarted() {
        renewalTried = true;
    }

    void exchangeWorked() {
        renewalTried = false;
        quietUntil = Instant.MIN;
    }

    void stayQuietUntil(Instant end) {
        quietUntil = end;
    }

    /** Remaining Retry-After time of Keycloak; zero if it may be called. */
    Duration quietFor(Instant now) {
        return now.isBefore(quietUntil) ? Duration.between(now, quietUntil) : Duration.ZERO;
    }

    /** Removes the user's data and assigns a new session id, which protects from session fixation. */
    BrowserSession underNewId(String newId) {
        BrowserSession moved = new BrowserSession(newId, calls);
        moved.signIn = signIn;
        moved.renewalTried = renewalTried;
        moved.quietUntil = quietUntil;
        return moved;
    }
}
