package io.github.k12sso.classlink.idp;

import io.github.k12sso.classlink.diagnostics.Trials;
import io.github.k12sso.classlink.diagnostics.Trials.Status;
import io.github.k12sso.classlink.diagnostics.Trials.Step;
import io.github.k12sso.classlink.diagnostics.Trials.Trial;
import io.github.k12sso.classlink.idp.TrialSignIn.Begun;
import io.github.k12sso.classlink.keycloak.Clocks;
import io.github.k12sso.classlink.settings.ClassLinkIdentityProviderConfig;
import jakarta.ws.rs.FormParam;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.CacheControl;
import jakarta.ws.rs.core.Cookie;
import jakarta.ws.rs.core.NewCookie;
import jakarta.ws.rs.core.Response;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jboss.logging.Logger;
import org.keycloak.common.util.SecretGenerator;
import org.keycloak.forms.login.LoginFormsProvider;
import org.keycloak.locale.LocaleSelectorProvider;
import org.keycloak.locale.LocaleUpdaterProvider;
import org.keycloak.models.Constants;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.services.Urls;

/**
 * {@code /realms/{realm}/classlink/{alias}/trial}: the start and result pages of a trial sign-in. ClassLink's response
 * arrives at the provider's registered redirect URI and is recognized by its state.
 *
 * <p>State, nonce and PKCE verifier are stored only in a cookie of the browser.
 */
public final class TrialPages {

    /** Cannot collide with Keycloak's states, which start with 43 random characters. */
    private static final String STATE_PREFIX = "classlink-trial.";

    private static final String COOKIE = "CLASSLINK_TRIAL";
    private static final String FORM_COOKIE = "CLASSLINK_TRIAL_FORM";
    private static final int COOKIE_SECONDS = 600;
    private static final int RANDOM_LENGTH = 43;
    private static final String TEMPLATE = "classlink-trial.ftl";
    private static final Logger LOG = Logger.getLogger(TrialPages.class);

    private final KeycloakSession session;
    private final RealmModel realm;
    private final ClassLinkIdentityProviderConfig config;
    private final Trials trials;

    TrialPages(KeycloakSession session, ClassLinkIdentityProviderConfig config) {
        this.session = session;
        this.realm = session.getContext().getRealm();
        this.config = config;
        this.trials = new Trials(session, config.getAlias(), Clocks.keycloak());
    }

    /** Returns whether a callback belongs to a trial. */
    static boolean isTrial(String state) {
        return state != null && state.startsWith(STATE_PREFIX);
    }

    /** Returns the link of a trial. Keycloak's language menu keeps a parameter with this name. */
    static String link(URI base, String realm, String alias, String key) {
        return Urls.realmBase(base)
                .path("{realm}/classlink/{alias}/trial")
                .queryParam(Constants.TOKEN, key)
                .build(realm, alias)
                .toString();
    }

    /**
     * Shows the start page or the result.
     *
     * @param locale selected in the page's language menu
     */
    @GET
    public Response open(
            @QueryParam(Constants.TOKEN) String key,
            @QueryParam(LocaleSelectorProvider.KC_LOCALE_PARAM) String locale) {
        CallbackEndpoint.emptyQueryOfSpan();
        if (locale != null && realm.getSupportedLocalesStream().anyMatch(locale::equals)) {
            session.setAttribute(LocaleSelectorProvider.USER_REQUEST_LOCALE, locale);
            session.getProvider(LocaleUpdaterProvider.class).updateLocaleCookie(locale);
        }
        Optional<Trial> trial = trials.ofLink(key);
        String form = random();
        return Response.fromResponse(page(trial, key, form))
                .cookie(cookie(FORM_COOKIE, form, path(), COOKIE_SECONDS, NewCookie.SameSite.STRICT))
                .header("Referrer-Policy", "no-referrer")
                .build();
    }

    /**
     * Starts the trial. The form token prevents other sites from submitting the form.
     *
     * @param form token that must match the cookie
     */
    @POST
    public Response begin(
            @FormParam("key") String key, @FormParam("form") String form, @FormParam("consent") String consent) {
        Cookie expected = session.getContext()
                .getHttpRequest()
                .getHttpHeaders()
                .getCookies()
                .get(FORM_COOKIE);
        Optional<Trial> trial = trials.ofLink(key);
        if (trial.isEmpty()
                || trial.get().status() != Status.OPEN
                || expected == null
                || !equal(expected.getValue(), form)) {
            return seeOther(link(trial.isEmpty() ? "" : key));
        }
        boolean agreed = consent != null && !consent.isEmpty();
        try {
            return toClassLink(key, agreed);
        } catch (RuntimeException e) {
            // For example, the host of the authorization URL is not allowed.
            LoginRefused refused = FailedLogin.unexpected(LoginRefused.Reason.CONFIGURATION, e);
            return finish(trial.get(), key, List.of(failed(refused)));
        }
    }

    private Response toClassLink(String key, boolean consent) {
        TrialSignIn.Request request = TrialSignIn.request(session, config.getAlias(), STATE_PREFIX, key, consent);
        return Response.fromResponse(seeOther(request.address().toString()))
                .cookie(cookie(
                        COOKIE, request.begun().cookie(), callbackPath(), COOKIE_SECONDS, NewCookie.SameSite.LAX))
                .build();
    }

    /**
     * Handles ClassLink's response.
     *
     * @throws LoginRefused if this browser did not start the trial
     */
    Response answer(String state, String code, String error) throws LoginRefused {
        Begun begun = Begun.parse(session.getContext()
                        .getHttpRequest()
                        .getHttpHeaders()
                        .getCookies()
                        .get(COOKIE))
                .filter(candidate -> equal(STATE_PREFIX + candidate.state(), state))
                .orElseThrow(() -> new LoginRefused(LoginRefused.Reason.INVALID_STATE));
        Trial trial = trials.ofLink(begun.key()).filter(trials::use).orElse(null);
        Response result;
        if (trial == null) {
            result = seeOther(link(begun.key())); // shows that the link was used or expired
        } else {
            result = finish(trial, begun.key(), run(begun, new TrialSignIn.Answer(code, error)));
        }
        return Response.fromResponse(result)
                .cookie(cookie(COOKIE, "", callbackPath(), 0, NewCookie.SameSite.LAX))
                .build();
    }

    private List<Step> run(Begun begun, TrialSignIn.Answer answer) {
        try {
            return TrialSignIn.run(session, config.getAlias(), begun, answer);
        } catch (RuntimeException e) {
            return List.of(failed(FailedLogin.unexpected(e)));
        }
    }

    private static Step failed(LoginRefused refused) {
        return new Step(
                "result",
                TrialReport.FAILED,
                Map.of("reason", refused.reason().code(), "detail", refused.getMessage()));
    }

    private Response finish(Trial trial, String key, List<Step> steps) {
        trials.report(trial, steps);
        LOG.infof(
                "ClassLink trial sign-in finished. realm=%s, provider=%s, trial=%s, result=%s",
                realm.getName(),
                config.getAlias(),
                trial.id(),
                steps.get(steps.size() - 1).values().get("reason"));
        return seeOther(link(key));
    }

    private Response page(Optional<Trial> trial, String key, String form) {
        LoginFormsProvider page = session.getProvider(LoginFormsProvider.class)
                .setDetachedAuthSession()
                .setAttribute("providerName", config.getShownName())
                .setAttribute("trialKey", trial.isEmpty() ? "" : key)
                .setAttribute("trialForm", form)
                .setAttribute("trialUrl", path())
                .setAttribute(
                        "trialStatus",
                        trial.map(Trial::status).orElse(Status.EXPIRED).code())
                .setAttribute(
                        "trialSteps",
                        trial.map(Trial::steps).orElse(List.of()).stream()
                                .map(step ->
                                        Map.of("name", step.name(), "status", step.status(), "values", step.values()))
                                .toList());
        return page.createForm(TEMPLATE);
    }

    private String link(String key) {
        return link(session.getContext().getUri().getBaseUri(), realm.getName(), config.getAlias(), key);
    }

    private String path() {
        return link("").split("\\?", 2)[0];
    }

    private String callbackPath() {
        return Urls.identityProviderAuthnResponse(
                        session.getContext().getUri().getBaseUri(), config.getAlias(), realm.getName())
                .getRawPath();
    }

    private NewCookie cookie(String name, String value, String path, int seconds, NewCookie.SameSite sameSite) {
        return new NewCookie.Builder(name)
                .value(value)
                .path(URI.create(path).getRawPath())
                .maxAge(seconds)
                .httpOnly(true)
                .secure("https"
                        .equals(session.getContext().getUri().getBaseUri().getScheme()))
                .sameSite(sameSite)
                .build();
    }

    private static Response seeOther(String address) {
        CacheControl never = new CacheControl();
        never.setNoStore(true);
        return Response.seeOther(URI.create(address))
                .cacheControl(never)
                .header("Referrer-Policy", "no-referrer")
                .build();
    }

    private static boolean equal(String expected, String actual) {
        return actual != null
                && MessageDigest.isEqual(
                        expected.getBytes(StandardCharsets.UTF_8), actual.getBytes(StandardCharsets.UTF_8));
    }

    private static String random() {
        return SecretGenerator.getInstance().randomString(RANDOM_LENGTH);
    }
}
