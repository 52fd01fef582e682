package io.github.k12sso.classlink.demo.app;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import io.javalin.Javalin;
import io.javalin.http.Context;
import io.javalin.http.HttpStatus;
import java.net.URI;
import java.time.Instant;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** A minimal fake of a Keycloak realm and a OneRoster service. */
final class StandIn implements AutoCloseable {

    static final String CLASSLINK_TOKEN = "classlink-access-token";

    private static final RSAKey KEY = newKey();

    private final Javalin server = Javalin.create(config -> config.startup.showJavalinBanner = false);
    private final Map<String, String> nonces = new ConcurrentHashMap<>();
    final List<Map<String, List<String>>> logins = new CopyOnWriteArrayList<>();
    final List<String> exchanges = new CopyOnWriteArrayList<>();
    final List<String> rosterReads = new CopyOnWriteArrayList<>();
    final Map<String, Object> claims = new LinkedHashMap<>();
    volatile Consumer<Context> exchangeAnswer;
    volatile Consumer<Context> refreshAnswer;
    volatile Consumer<Context> rosterRefusal;
    volatile CountDownLatch rosterWaits = new CountDownLatch(0);
    volatile String wrongNonce;

    StandIn() {
        teacher();
        exchangeGrants();
        refreshAnswer = ctx -> ctx.json(keycloakTokens());
        server.unsafe.routes.get("/realms/demo/.well-known/openid-configuration", this::discovery);
        server.unsafe.routes.get(
                "/jwks", ctx -> ctx.contentType("application/json").result(new JWKSet(KEY.toPublicJWK()).toString()));
        server.unsafe.routes.get("/auth", this::authorize);
        server.unsafe.routes.post("/token", this::token);
        server.unsafe.routes.get("/end", ctx -> ctx.html("signed out"));
        server.unsafe.routes.get("/ims/oneroster/v1p1/*", this::roster);
        server.start("localhost", 0);
    }

    /** Shared by all tests, because generating it is slow. */
    private static RSAKey newKey() {
        try {
            return new RSAKeyGenerator(2048).keyID("k").generate();
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }

    URI url() {
        return URI.create("http://localhost:" + server.port());
    }

    URI issuer() {
        return url().resolve("/realms/demo");
    }

    void teacher() {
        claims.clear();
        claims.putAll(Map.of(
                "name", "Tess O'Teach <b>",
                "classlink_tenant_name", "Demo & Sons",
                "classlink_role", "Teacher",
                "classlink_sourced_id", "t/1 ä"));
    }

    void student() {
        claims.put("classlink_role", "student");
        claims.put("classlink_sourced_id", "s1");
    }

    void exchangeGrants() {
        exchangeAnswer = ctx -> ctx.json(Map.of(
                "access_token",
                CLASSLINK_TOKEN,
                "issued_token_type",
                "urn:ietf:params:oauth:token-type:access_token",
                "token_type",
                "Bearer",
                "expires_in",
                3600));
    }

    void exchangeRefuses(int status, String error) {
        exchangeAnswer = ctx -> ctx.status(status).json(Map.of("error", error));
    }

    private void discovery(Context ctx) {
        ctx.json(Map.of(
                "issuer",
                issuer().toString(),
                "authorization_endpoint",
                url() + "/auth",
                "token_endpoint",
                url() + "/token",
                "jwks_uri",
                url() + "/jwks",
                "end_session_endpoint",
                url() + "/end",
                "response_types_supported",
                List.of("code"),
                "subject_types_supported",
                List.of("public"),
                "id_token_signing_alg_values_supported",
                List.of("RS256")));
    }

    private void authorize(Context ctx) {
        logins.add(ctx.queryParamMap());
        String code = "code-" + logins.size();
        nonces.put(code, ctx.queryParam("nonce"));
        ctx.redirect(ctx.queryParam("redirect_uri") + "?code=" + code + "&state=" + ctx.queryParam("state"));
    }

    private void token(Context ctx) {
        String grant = ctx.formParam("grant_type");
        switch (String.valueOf(grant)) {
            case "authorization_code" -> ctx.json(loginTokens(ctx.formParam("code")));
            case "refresh_token" -> refreshAnswer.accept(ctx);
            case "urn:ietf:params:oauth:grant-type:token-exchange" -> {
                exchanges.add(ctx.formParam("requested_issuer") + " " + ctx.formParam("subject_token"));
                exchangeAnswer.accept(ctx);
            }
            default -> ctx.status(HttpStatus.BAD_REQUEST).json(Map.of("error", "unsupported_grant_type"));
        }
    }

    private Map<String, Object> loginTokens(String code) {
        Map<String, Object> tokens = new LinkedHashMap<>(keycloakTokens());
        tokens.put("id_token", idToken(wrongNonce == null ? nonces.remove(code) : wrongNonce));
        return tokens;
    }

    private static Map<String, Object> keycloakTokens() {
        return Map.of(
                "access_token", "keycloak-access-token",
                "refresh_token", "keycloak-refresh-token",
                "token_type", "Bearer",
                "expires_in", 300);
    }

    private String idToken(String nonce) {
        Instant now = Instant.now();
        JWTClaimsSet.Builder set = new JWTClaimsSet.Builder()
                .issuer(issuer().toString())
                .subject("person")
                .audience("roster-app")
                .issueTime(Date.from(now))
                .expirationTime(Date.from(now.plusSeconds(300)))
                .claim("nonce", nonce);
        claims.forEach(set::claim);
        SignedJWT jwt = new SignedJWT(
                new JWSHeader.Builder(JWSAlgorithm.RS256).keyID("k").build(), set.build());
        try {
            jwt.sign(new RSASSASigner(KEY));
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
        return jwt.serialize();
    }

    private void roster(Context ctx) {
        String path = ctx.req().getRequestURI().substring("/ims/oneroster/v1p1".length());
        rosterReads.add(path);
        if (path.startsWith("/classes/")) {
            awaitRelease();
        }
        if (rosterRefusal != null) {
            rosterRefusal.accept(ctx);
        } else if (!("Bearer " + CLASSLINK_TOKEN).equals(ctx.header("Authorization"))) {
            ctx.status(HttpStatus.UNAUTHORIZED);
        } else if (path.equals("/teachers/t%2F1%20%C3%A4/classes") || path.equals("/students/s1/classes")) {
            ctx.json(Map.of("classes", List.of(Map.of("sourcedId", "c 1", "title", "Maths <1>", "location", "201"))));
        } else if (path.equals("/classes/c%201/teachers")) {
            ctx.json(Map.of("users", List.of(user("teacher", "Tess", "Teach"), user("aide", "Ada", "Aide"))));
        } else if (path.equals("/classes/c%201/students")) {
            ctx.json(Map.of(
                    "users",
                    List.of(
                            user("student", "Zoë", "Zed"),
                            user("teacher", "Tess", "Teach"),
                            user("student", "Amy", "<i>Ant</i>"))));
        } else {
            ctx.status(HttpStatus.NOT_FOUND);
        }
    }

    private void awaitRelease() {
        try {
            if (!rosterWaits.await(30, TimeUnit.SECONDS)) {
                throw new IllegalStateException("never released");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static Map<String, Object> user(String role, String given, String family) {
        return Map.of("sourcedId", given, "role", role, "givenName", given, "familyName", family, "password", "secret");
    }

    @Override
    public void close() {
        server.stop();
    }
}
