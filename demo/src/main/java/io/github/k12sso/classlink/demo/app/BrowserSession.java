package io.github.k12sso.classlink.demo.app;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** What the app remembers of one browser. Not thread-safe: hold its monitor while using it. */
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

    /** What the app asked of Keycloak and the roster since the last sign-in. */
    CallLog calls() {
        return calls;
    }

    void loginStarted(LoginAttempt started) {
        attempt = started;
    }

    /** The login that this browser is away for; an answer to it can be redeemed once. */
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

    /** The classes that are being read for the person. */
    Optional<ClassesLoading> loading() {
        return Optional.ofNullable(loading);
    }

    void loaded() {
        loading = null;
    }

    /** Whether a login may be started for an expired ClassLink token: once, until a page could be shown again. */
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

    /** How long Keycloak asked not to be asked again; zero when it may be asked. */
    Duration quietFor(Instant now) {
        return now.isBefore(quietUntil) ? Duration.between(now, quietUntil) : Duration.ZERO;
    }

    /** What belongs to the person, under a new id: nobody can have planted that one in the browser. */
    BrowserSession underNewId(String newId) {
        BrowserSession moved = new BrowserSession(newId, calls);
        moved.signIn = signIn;
        moved.renewalTried = renewalTried;
        moved.quietUntil = quietUntil;
        return moved;
    }
}
