package io.github.k12sso.classlink.simulator;

import io.github.k12sso.classlink.simulator.control.ControlEndpoints;
import io.github.k12sso.classlink.simulator.fault.Gate;
import io.github.k12sso.classlink.simulator.http.Endpoint;
import io.github.k12sso.classlink.simulator.launchpad.LaunchPadPages;
import io.github.k12sso.classlink.simulator.my.MyEndpoints;
import io.github.k12sso.classlink.simulator.oauth.AuthorizeEndpoint;
import io.github.k12sso.classlink.simulator.oauth.DiscoveryEndpoint;
import io.github.k12sso.classlink.simulator.oauth.TokenEndpoints;
import io.github.k12sso.classlink.simulator.oneroster.ApplicationList;
import io.github.k12sso.classlink.simulator.oneroster.DistrictServers;
import io.github.k12sso.classlink.simulator.oneroster.RosterEndpoints;
import io.javalin.config.RoutesConfig;

/** Maps paths to endpoints. The first matching route is used, so LaunchPad's routes come last. */
final class Routes {
    private final RoutesConfig routes;
    private final Gate gate;

    Routes(RoutesConfig routes, Gate gate) {
        this.routes = routes;
        this.gate = gate;
    }

    Routes oauth(
            DiscoveryEndpoint discovery, AuthorizeEndpoint authorize, TokenEndpoints token, LaunchPadPages launchPad) {
        routes.get("/.well-known/openid-configuration", gate.at(Endpoint.DISCOVERY, discovery::configuration));
        routes.get("/oauth2/v2/jwks", gate.at(Endpoint.JWKS, discovery::keys));
        routes.get("/oauth2/v2/auth", gate.at(Endpoint.AUTHORIZE, authorize::authorize));
        routes.post("/oauth2/v2/auth", gate.at(Endpoint.AUTHORIZE, authorize::authorize));
        routes.post("/oauth2/v2/token", gate.at(Endpoint.TOKEN, token::token));
        routes.post("/oauth2/v2/revoke", gate.at(Endpoint.REVOKE, token::revoke));
        routes.get("/oauth2/v2/userinfo", gate.at(Endpoint.LAUNCHPAD, launchPad::notUserinfo));
        return this;
    }

    Routes my(MyEndpoints my) {
        routes.get("/v2/my/info", gate.at(Endpoint.MY_INFO, my::info));
        routes.get("/v2/my/profileinfo", gate.at(Endpoint.PROFILEINFO, my::profileinfo));
        routes.get("/v2/my/profile", gate.at(Endpoint.MY_PROFILE, my::guideProfile));
        routes.get("/my/groups", gate.at(Endpoint.GROUPS, my::groups));
        routes.get("/v2/my/district", gate.at(Endpoint.MY_OTHER, my::district));
        routes.get("/v2/my/profiles", gate.at(Endpoint.MY_OTHER, my::profiles));
        routes.get("/v2/my/students", gate.at(Endpoint.MY_OTHER, my::students));
        return this;
    }

    Routes rosters(ApplicationList applications, DistrictServers servers, RosterEndpoints roster) {
        routes.get("/applications", gate.at(Endpoint.APPLICATIONS, applications::list));
        routes.get("/applications/{application}/server", gate.at(Endpoint.APPLICATIONS, servers::server));
        routes.get("/servers/{district}/ims/oneroster/v1p1/<path>", gate.at(Endpoint.ROSTER, roster::read));
        routes.get("/ims/oneroster/v1p1/<path>", gate.at(Endpoint.ROSTER, roster::read));
        routes.get("/proxy/v1p0/{application}/ims/oneroster/v1p1/<path>", gate.at(Endpoint.ROSTER, roster::read));
        routes.get("/{application}/ims/oneroster/v1p1/<path>", gate.at(Endpoint.ROSTER, roster::read));
        return this;
    }

    Routes control(ControlEndpoints control) {
        routes.get("/_sim", Gate.unguarded(control::overview));
        routes.post("/_sim/faults", Gate.unguarded(control::injectFault));
        routes.delete("/_sim/faults", Gate.unguarded(control::clearFaults));
        routes.post("/_sim/clock", Gate.unguarded(control::moveClock));
        routes.post("/_sim/keys/rotate", Gate.unguarded(control::rotateKeys));
        routes.post("/_sim/tokens/expire", Gate.unguarded(control::expireTokens));
        routes.post("/_sim/switches", Gate.unguarded(control::turnSwitches));
        routes.post("/_sim/clients", Gate.unguarded(control::registerClient));
        routes.post("/_sim/districts", Gate.unguarded(control::changeDistrict));
        routes.get("/_sim/requests", Gate.unguarded(control::recordedRequests));
        routes.delete("/_sim/requests", Gate.unguarded(control::forgetRequests));
        return this;
    }

    Routes launchPad(LaunchPadPages launchPad, AuthorizeEndpoint authorize) {
        routes.get("/", gate.at(Endpoint.LAUNCHPAD, launchPad::findDistrict));
        routes.get("/home", gate.at(Endpoint.LAUNCHPAD, launchPad::home));
        routes.get("/launch/{client}", gate.at(Endpoint.LAUNCHPAD, authorize::launch));
        routes.get("/logout", gate.at(Endpoint.LAUNCHPAD, launchPad::signOut));
        routes.get("/{district}", gate.at(Endpoint.LAUNCHPAD, launchPad::signInPage));
        routes.post("/{district}/login", gate.at(Endpoint.LAUNCHPAD, launchPad::signIn));
        return this;
    }
}
