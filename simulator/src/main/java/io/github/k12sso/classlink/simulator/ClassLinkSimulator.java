package io.github.k12sso.classlink.simulator;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.k12sso.classlink.simulator.control.ControlEndpoints;
import io.github.k12sso.classlink.simulator.district.Districts;
import io.github.k12sso.classlink.simulator.district.Persona;
import io.github.k12sso.classlink.simulator.fault.Faults;
import io.github.k12sso.classlink.simulator.fault.Gate;
import io.github.k12sso.classlink.simulator.http.RecordedRequest;
import io.github.k12sso.classlink.simulator.http.RequestLog;
import io.github.k12sso.classlink.simulator.launchpad.LaunchPadPages;
import io.github.k12sso.classlink.simulator.launchpad.Sessions;
import io.github.k12sso.classlink.simulator.my.MyEndpoints;
import io.github.k12sso.classlink.simulator.oauth.AuthorizationCodes;
import io.github.k12sso.classlink.simulator.oauth.AuthorizeEndpoint;
import io.github.k12sso.classlink.simulator.oauth.Clients;
import io.github.k12sso.classlink.simulator.oauth.DiscoveryEndpoint;
import io.github.k12sso.classlink.simulator.oauth.Grant;
import io.github.k12sso.classlink.simulator.oauth.IdTokenIssuer;
import io.github.k12sso.classlink.simulator.oauth.IdTokenKeys;
import io.github.k12sso.classlink.simulator.oauth.IdTokenSigner;
import io.github.k12sso.classlink.simulator.oauth.RegisteredClient;
import io.github.k12sso.classlink.simulator.oauth.TokenEndpoints;
import io.github.k12sso.classlink.simulator.oauth.Tokens;
import io.github.k12sso.classlink.simulator.oneroster.ApplicationList;
import io.github.k12sso.classlink.simulator.oneroster.DistrictServers;
import io.github.k12sso.classlink.simulator.oneroster.RosterEndpoints;
import io.github.k12sso.classlink.simulator.runtime.PkceMode;
import io.github.k12sso.classlink.simulator.runtime.SimulatorClock;
import io.github.k12sso.classlink.simulator.runtime.Switch;
import io.github.k12sso.classlink.simulator.runtime.Switches;
import io.github.k12sso.classlink.simulator.runtime.TokenMode;
import io.github.k12sso.classlink.simulator.secret.Secret;
import io.github.k12sso.classlink.simulator.secret.Secrets;
import io.javalin.Javalin;
import io.javalin.compression.CompressionStrategy;
import java.net.URI;
import java.util.Collection;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.eclipse.jetty.http.UriCompliance;

/** A local ClassLink: sign-in, tokens, nodeapi and rosters on one port, with controls for injecting faults. */
public final class ClassLinkSimulator implements AutoCloseable {
    private final URI baseUrl;
    private final SimulatorClock clock = new SimulatorClock();
    private final Switches switches;
    private final Faults faults = new Faults();
    private final RequestLog requests;
    private final Gate gate;
    private final Districts districts;
    private final Clients clients = new Clients();
    private final IdTokenKeys keys = new IdTokenKeys();
    private final Secrets secrets = new Secrets();
    private final Tokens tokens = new Tokens(clock, secrets);
    private final IdTokenSigner idTokens;
    private final MyEndpoints my;
    private final ApplicationList applications;
    private final DistrictServers servers;
    private final Javalin server;

    private ClassLinkSimulator(SimulatorSettings settings) {
        server = Javalin.create(config -> {
            config.startup.showJavalinBanner = false;
            config.http.compressionStrategy = CompressionStrategy.NONE;
            config.jetty.modifyHttpConfiguration(http -> {
                http.setUriCompliance(UriCompliance.UNSAFE);
                http.setSendServerVersion(false);
            });
        });
        server.start(
                settings.bindAddress(), settings.port()); // before the routes, because the issuer contains the port
        baseUrl = withoutSlash(settings.publicUrl().orElse(URI.create("http://localhost:" + server.port())));
        switches = settings.switches();
        requests = new RequestLog(settings.recordedRequests());
        gate = new Gate(faults, requests, clock, secrets, switches);
        districts = new Districts(settings.districts());
        settings.clients().forEach(clients::register);
        idTokens = new IdTokenSigner(baseUrl.toString(), keys, clock, secrets);
        my = new MyEndpoints(tokens, districts, switches);
        applications = new ApplicationList(districts, settings.partnerKey(), settings.fillerApplications());
        servers = new DistrictServers(applications, secrets, clock, baseUrl.toString());
        addRoutes();
    }

    public static ClassLinkSimulator start(SimulatorSettings settings) {
        return new ClassLinkSimulator(settings);
    }

    /** Issuer and base URL, without trailing slash. */
    public URI baseUrl() {
        return baseUrl;
    }

    /**
     * Adds or replaces a client whose tile opens the first redirect URI.
     *
     * @param redirectUris one that ends in {@code *} is a prefix
     */
    public void registerClient(String clientId, String secret, Collection<String> redirectUris) {
        clients.register(RegisteredClient.of(clientId, secret, List.copyOf(redirectUris)));
    }

    /** Adds or replaces a client whose tile opens {@code launchUrl}. */
    public void registerClient(String clientId, String secret, Collection<String> redirectUris, String launchUrl) {
        clients.register(new RegisteredClient(clientId, secret, List.copyOf(redirectUris), launchUrl));
    }

    public List<Persona> personas() {
        return districts.personas();
    }

    /** Returns a persona by id, or any generated person as {@code districtCode:sourcedId}. */
    public Persona persona(String id) {
        return districts.persona(id).orElseThrow(() -> new NoSuchElementException("no persona " + id));
    }

    public Faults faults() {
        return faults;
    }

    public IdTokenKeys keys() {
        return keys;
    }

    public SimulatorClock clock() {
        return clock;
    }

    /** The last requests, oldest first, without control requests. */
    public List<RecordedRequest> requests() {
        return requests.all();
    }

    public void clearRequests() {
        requests.clear();
    }

    /** Reports every secret that is issued or received from now on, some more than once, on the threads of the requests. */
    public void tellSecretsTo(Consumer<Secret> listener) {
        secrets.tellTo(listener);
    }

    /** Expires all access tokens. */
    public void expireTokens() {
        tokens.expireAccessTokens();
    }

    /** Invalidates all access and refresh tokens, as if all users had withdrawn their grants. */
    public void endAllGrants() {
        tokens.endAllGrants();
    }

    /** Issues a refresh token as if the person had signed in to the app, for load tests with many users. */
    public String refreshTokenOf(String personaId, String clientId) {
        Grant grant = Grant.ofTile(persona(personaId), clientId, clock.instant());
        return tokens.refreshTokenOf(grant);
    }

    /** Replaces the ID token issuer, for example to issue invalid tokens. */
    public void issueIdTokensWith(IdTokenIssuer issuer) {
        idTokens.issueWith(issuer);
    }

    public void issueIdTokensNormally() {
        idTokens.issueNormally();
    }

    public void overrideProfile(String personaId, UnaryOperator<ObjectNode> change) {
        my.override(personaId, change);
    }

    public void clearProfileOverrides() {
        my.clearOverrides();
    }

    /** Changes that districts make for the partner: rotate bearers, disable the app, change permissions. */
    public ApplicationList applications() {
        return applications;
    }

    public String districtBearer(String districtCode) {
        return applications.bearerOf(districts.withCode(districtCode).orElseThrow());
    }

    /** The key for this district's own server: {@code client_id}, {@code client_secret} and {@code endpoint_url}. */
    public ObjectNode districtKey(String districtCode) {
        return servers.keyOf(districts.withCode(districtCode).orElseThrow());
    }

    /** The pre-encoded {@code oneroster_application_id} of this district. */
    public String applicationId(String districtCode) {
        return applications.idOf(districts.withCode(districtCode).orElseThrow());
    }

    public void tokenMode(TokenMode mode) {
        switches.set(Switch.TOKEN_MODE, mode);
    }

    public void pkce(PkceMode mode) {
        switches.set(Switch.PKCE, mode);
    }

    public void consent(boolean shown) {
        switches.set(Switch.CONSENT, shown);
    }

    public void revocation(boolean offered) {
        switches.set(Switch.REVOCATION, offered);
    }

    public void guideProfile(boolean offered) {
        switches.set(Switch.GUIDE_PROFILE, offered);
    }

    public Switches switches() {
        return switches;
    }

    @Override
    public void close() {
        gate.close();
        server.stop();
    }

    private void addRoutes() {
        Sessions sessions = new Sessions(clock);
        LaunchPadPages launchPad = new LaunchPadPages(districts, clients, sessions);
        AuthorizationCodes codes = new AuthorizationCodes(clock, secrets);
        AuthorizeEndpoint authorize = new AuthorizeEndpoint(clients, codes, switches, sessions::of, launchPad);
        TokenEndpoints token = new TokenEndpoints(clients, codes, tokens, idTokens, switches);
        DiscoveryEndpoint discovery = new DiscoveryEndpoint(baseUrl.toString(), keys);
        RosterEndpoints roster = new RosterEndpoints(districts, servers, tokens, switches, baseUrl.toString());

        ControlEndpoints control = new ControlEndpoints(new ControlEndpoints.Parts(
                switches, faults, clock, keys, requests, tokens, clients, districts, applications));
        new Routes(server.unsafe.routes, gate)
                .oauth(discovery, authorize, token, launchPad)
                .my(my)
                .rosters(applications, servers, roster)
                .control(control)
                .launchPad(launchPad, authorize);
    }

    private static URI withoutSlash(URI uri) {
        String text = uri.toString();
        return text.endsWith("/") ? URI.create(text.substring(0, text.length() - 1)) : uri;
    }
}
