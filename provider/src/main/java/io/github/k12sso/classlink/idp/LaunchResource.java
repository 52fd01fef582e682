package io.github.k12sso.classlink.idp;

import io.github.k12sso.classlink.http.OAuthError;
import io.github.k12sso.classlink.launchpad.TileLaunch;
import io.github.k12sso.classlink.oneroster.gateway.GatewayResource;
import io.github.k12sso.classlink.settings.ClassLinkIdentityProviderConfig;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Response;
import org.keycloak.OAuth2Constants;
import org.keycloak.events.EventBuilder;
import org.keycloak.models.KeycloakSession;

/** {@code /realms/{realm}/classlink/{alias}/launch}: tiles that are web links, and where their logins end. */
public final class LaunchResource {

    private final KeycloakSession session;
    private final ClassLinkIdentityProviderConfig config;

    LaunchResource(KeycloakSession session, ClassLinkIdentityProviderConfig config) {
        this.session = session;
        this.config = config;
    }

    /** For a tile that is a web link: begins a {@link TileLaunch}. */
    @GET
    @Path("launch")
    public Response launch() {
        return page(TileLaunch::start);
    }

    /** Where Keycloak ends a launch's login, having signed the person in or not. */
    @GET
    @Path("launched")
    public Response launched(@QueryParam(OAuth2Constants.ERROR) String error) {
        return page(launch -> {
            OAuthError refusal = OAuthError.of(error);
            // The person is signed in already, by another tab.
            if (error != null && refusal != OAuthError.TEMPORARILY_UNAVAILABLE) {
                throw new LoginRefused(
                        LoginRefused.meaning(refusal), "Keycloak ended the launch with the error " + refusal.code());
            }
            return launch.finish();
        });
    }

    /** A OneRoster client with a wrong base URL is the likely one who asks for anything else. */
    @GET
    @Path("{other:.*}")
    public Response other() {
        return GatewayResource.unknownRoot();
    }

    private Response page(Step step) {
        CallbackEndpoint.emptyQueryOfSpan();
        EventBuilder event = new EventBuilder(
                session.getContext().getRealm(), session, session.getContext().getConnection());
        TileLaunch launch = new TileLaunch(session, config, event);
        FailedLogin failed = new FailedLogin(session, config, event);
        LoginRefused refused;
        try {
            return step.of(launch);
        } catch (LoginRefused e) {
            refused = e;
        } catch (TileLaunch.Refused e) {
            refused = LoginRefused.because(e);
        } catch (RuntimeException e) {
            refused = FailedLogin.unexpected(e);
        }
        return failed.page(
                refused.reason(), refused.reason().messageKey(), failed.report(refused), null, launch.startUrl());
    }

    private interface Step {
        Response of(TileLaunch launch) throws LoginRefused, TileLaunch.Refused;
    }
}
