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
import io.javalin.Javalin;

/** Maps paths to endpoints. The first matching route is used, so LaunchPad's routes come last. */
final class Routes {
    private final Javalin server;
    private final Gate gate;

    Routes(Javalin server, Gate gate) {
        this.server = server;
        this.gate = gate;
    }

    Routes oauth(
            DiscoveryEndpoint discovery, AuthorizeEndpoint authorize, TokenEndpoints token, LaunchPadPages launchPad) {
        server.get("/.well-known/openid-configuration", gate.at(Endpoint.DISCOVERY, discovery::configuration));
        server.get("/oauth2/v2/jwks", gate.at(Endpoint.JWKS, discovery::keys));
        server.get("/oauth2/v2/auth", gate.at(Endpoint.AUTHORIZE, authorize::authorize));
        server.post("/oauth2/v2/auth", gate.at(Endpoint.AUTHORIZE, authorize::authorize));
        server.post("/oauth2/v2/token", gate.at(Endpoint.TOKEN, token::token));
        server.post("/oauth2/v2/revoke", gate.at(Endpoint.REVOKE, token::revoke));
        server.get("/oauth2/v2/userinfo", gate.at(Endpoint.LAUNCHPAD, launchPad::notUserinfo));
        return this;
    }

    Routes my(MyEndpoints my) {
        server.get("/v2/my/info", gate.at(Endpoint.MY_INFO, my::info));
        server.get("/v2/my/profileinfo", gate.at(Endpoint.PROFILEINFO, my::profileinfo));
        server.get("/v2/my/profile", gate.at(Endpoint.MY_PROFILE, my::guideProfile));
        server.get("/my/groups", gate.at(Endpoint.GROUPS, my::groups));
        server.get("/v2/my/district", gate.at(Endpoint.MY_OTHER, my::district));
        server.get("/v2/my/profiles", gate.at(Endpoint.MY_OTHER, my::profiles));
        server.get("/v2/my/students", gate.at(Endpoint.MY_OTHER, my::students));
        return this;
    }

    Routes rosters(ApplicationList applications, DistrictServers servers, RosterEndpoints roster) {
        server.get("/applications", gate.at(Endpoint.APPLICATIONS, applications::list));
        server.get("/applications/{application}/server", gate.at(Endpoint.APPLICATIONS, servers::server));
        server.get("/servers/{district}/ims/oneroster/v1p1/<path>", gate.at(Endpoint.ROSTER, roster::read));
        server.get("/ims/oneroster/v1p1/<path>", gate.at(Endpoint.ROSTER, roster::read));
        server.get("/proxy/v1p0/{application}/ims/oneroster/v1p1/<path>", gate.at(Endpoint.ROSTER, roster::read));
        server.get("/{application}/ims/oneroster/v1p1/<path>", gate.at(Endpoint.ROSTER, roster::read));
        return this;
    }

    Routes control(ControlEndpoints control) {
        server.get("/_sim", Gate.unguarded(control::overview));
        server.post("/_sim/faults", Gate.unguarded(control::injectFault));
        server.delete("/_sim/faults", Gate.unguarded(control::clearFaults));
        server.post("/_sim/clock", Gate.unguarded(control::moveClock));
        server.post("/_sim/keys/rotate", Gate.unguarded(control::rotateKeys));
        server.post("/_sim/tokens/expire", Gate.unguarded(control::expireTokens));
        server.post("/_sim/switches", Gate.unguarded(control::turnSwitches));
        server.post("/_sim/clients", Gate.unguarded(control::registerClient));
        server.post("/_sim/districts", Gate.unguarded(control::changeDistrict));
        server.get("/_sim/requests", Gate.unguarded(control::recordedRequests));
        server.delete("/_sim/requests", Gate.unguarded(control::forgetRequests));
        return this;
    }

    Routes launchPad(LaunchPadPages launchPad, AuthorizeEndpoint authorize) {
        server.get("/", gate.at(Endpoint.LAUNCHPAD, launchPad::findDistrict));
        server.get("/home", gate.at(Endpoint.LAUNCHPAD, launchPad::home));
        server.get("/launch/{client}", gate.at(Endpoint.LAUNCHPAD, authorize::launch));
        server.get("/logout", gate.at(Endpoint.LAUNCHPAD, launchPad::signOut));
        server.get("/{district}", gate.at(Endpoint.LAUNCHPAD, launchPad::signInPage));
        server.post("/{district}/login", gate.at(Endpoint.LAUNCHPAD, launchPad::signIn));
        return this;
    }
}
