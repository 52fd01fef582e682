package io.github.k12sso.classlink.demo.app;

import com.nimbusds.oauth2.sdk.token.BearerAccessToken;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** The page for a signed-in user: the user's classes, or the reason why they can't be shown. */
final class ClassesRoute implements AutoCloseable {

    /** After this time the browser gets a page with the progress. */
    private static final Duration SHOW_PROGRESS_AFTER = Duration.ofMillis(700);

    private static final int THREADS = 16;

    private final ExecutorService threads = Executors.newFixedThreadPool(THREADS, work -> {
        Thread thread = new Thread(work, "roster-app-classes");
        thread.setDaemon(true);
        return thread;
    });
    private final Clock clock;
    private final OpenIdClient keycloak;
    private final ClassesClient roster;
    private final boolean gateway;

    ClassesRoute(RosterAppSettings settings, OpenIdClient keycloak, Clock clock) {
        this.clock = clock;
        this.keycloak = keycloak;
        this.gateway = settings.gateway();
        this.roster = new ClassesClient(settings.rosterUrl(), gateway ? "$ACCESS_TOKEN" : "$CLASSLINK_TOKEN");
    }

    /**
     * The caller must hold the session's monitor.
     *
     * @return empty if the user must sign in with ClassLink again
     */
    Optional<HtmlResponse> show(BrowserSession session, SignIn signIn) {
        SignedInPerson person = signIn.person();
        Duration quiet = session.quietFor(clock.instant());
        if (!quiet.isZero()) {
            return Optional.of(PersonPages.unavailable(person, quiet));
        }
        try {
            return Optional.of(classes(session, signIn));
        } catch (SessionEndedException e) {
            session.signedOut();
            return Optional.of(Pages.sessionEnded());
        } catch (ExchangeRefusedException e) {
            return refused(session, person, e);
        } catch (RosterTokenRefusedException e) {
            return renewed(session, person);
        } catch (RosterRefusedException e) {
            return Optional.of(PersonPages.rosterRefused(person, e));
        } catch (RosterUnavailableException e) {
            return Optional.of(PersonPages.rosterUnavailable(person));
        }
    }

    private HtmlResponse classes(BrowserSession session, SignIn signIn) {
        ClassesLoading loading = session.loading().orElseGet(() -> started(session, signIn));
        Optional<List<SchoolClass>> classes;
        try {
            classes = loading.within(SHOW_PROGRESS_AFTER);
        } catch (RuntimeException e) {
            session.loaded();
            throw e;
        }
        if (classes.isEmpty()) {
            return PersonPages.loading(signIn.person(), loading.step());
        }
        session.loaded();
        session.exchangeWorked();
        return page(signIn.person(), classes.get());
    }

    private ClassesLoading started(BrowserSession session, SignIn before) {
        SignIn signIn = keycloak.fresh(before, session.calls());
        session.signedIn(signIn);
        ClassesLoading started = ClassesLoading.start(progress -> load(signIn, session.calls(), progress), threads);
        session.isLoading(started);
        return started;
    }

    private List<SchoolClass> load(SignIn signIn, CallLog calls, ClassesClient.Progress progress) {
        SignedInPerson person = signIn.person();
        if (!gateway) {
            BearerAccessToken token = keycloak.classLinkToken(signIn, calls);
            return person.hasClasses() ? roster.classesOf(person, token, calls, progress) : List.of();
        }
        if (!person.isLinked()) {
            throw ExchangeRefusedException.notLinked();
        }
        BearerAccessToken token = new BearerAccessToken(signIn.accessToken().getValue());
        return person.hasClasses() ? roster.classesOf(person, token, calls, progress) : List.of();
    }

    private static HtmlResponse page(SignedInPerson person, List<SchoolClass> classes) {
        if (!person.isInRoster()) {
            return PersonPages.noRoster(person);
        }
        return person.hasClasses() ? PersonPages.classes(person, classes) : PersonPages.noClassesForRole(person);
    }

    private Optional<HtmlResponse> refused(
            BrowserSession session, SignedInPerson person, ExchangeRefusedException refusal) {
        return switch (refusal.problem()) {
            case NOT_LINKED -> Optional.of(PersonPages.notLinked(person));
            case TOKEN_EXPIRED -> renewed(session, person);
            case UNAVAILABLE -> {
                session.stayQuietUntil(clock.instant().plus(refusal.retryAfter()));
                yield Optional.of(PersonPages.unavailable(person, refusal.retryAfter()));
            }
            case DENIED -> Optional.of(PersonPages.denied(person));
            case OTHER -> Optional.of(PersonPages.refused(person, refusal.code()));
        };
    }

    /** Only once: if the token expires again before a page was shown, signing in does not help. */
    private static Optional<HtmlResponse> renewed(BrowserSession session, SignedInPerson person) {
        if (session.mayRenew()) {
            session.renewalStarted();
            return Optional.empty();
        }
        return Optional.of(PersonPages.stillExpired(person));
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
