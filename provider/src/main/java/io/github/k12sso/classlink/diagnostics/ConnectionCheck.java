package io.github.k12sso.classlink.diagnostics;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.k12sso.classlink.diagnostics.SetupCheck.Subject;
import io.github.k12sso.classlink.http.HostProbe;
import io.github.k12sso.classlink.http.UpstreamFailure;
import io.github.k12sso.classlink.settings.ClassLinkIdentityProviderConfig;
import io.github.k12sso.classlink.settings.Setting;
import io.github.k12sso.classlink.settings.Setting.RosterMode;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.keycloak.common.util.Time;

/** Checks whether this server reaches ClassLink and whether the configured addresses are ClassLink's. */
final class ConnectionCheck implements Check {

    /** A Date header has a resolution of one second. */
    private static final long ROUNDING_SECONDS = 1;

    private final ClassLinkIdentityProviderConfig config;
    private final HostProbe probe;
    private final Supplier<Instant> now;

    ConnectionCheck(Subject subject) {
        this(
                subject.config(),
                new HostProbe(subject.session(), subject.allowedHosts()),
                () -> Instant.ofEpochMilli(Time.currentTimeMillis()));
    }

    ConnectionCheck(ClassLinkIdentityProviderConfig config, HostProbe probe, Supplier<Instant> now) {
        this.config = config;
        this.probe = probe;
        this.now = now;
    }

    @Override
    public String theme() {
        return "connection";
    }

    @Override
    public void run(Findings findings) {
        hosts(findings);
        keys(findings);
        profile(findings);
        discovery(findings);
    }

    private void hosts(Findings findings) {
        Map<String, String> settingsByOrigin = new LinkedHashMap<>();
        urls().forEach((setting, url) ->
                settingsByOrigin.merge(origin(url), setting, (one, other) -> one + ", " + other));
        List<Long> skews = new ArrayList<>();
        settingsByOrigin.forEach((origin, settings) -> {
            try {
                HostProbe.Answer answer = probe.get(origin + "/", findings.timeForACall());
                findings.ok(
                        "host",
                        origin + " (" + settings + ") answered in "
                                + answer.took().toMillis() + " ms.");
                answer.date().ifPresent(date -> skews.add(skew(date)));
            } catch (UpstreamFailure.HostNotAllowed e) {
                findings.failed(
                        "host", settings + " " + e.getMessage() + ".", "Correct the setting, or allow the host.");
            } catch (HostProbe.NoAnswer e) {
                findings.failed(
                        "host",
                        origin + " (" + settings + "): the host " + e.getMessage() + ".",
                        "Check the setting, the name server, the firewall's outgoing rules, the proxy"
                                + " (--proxy-mappings or HTTPS_PROXY) and the trust store (--truststore-paths).");
            }
        });
        clock(findings, skews.stream().findFirst());
    }

    /** Returns the URLs by setting key. */
    private Map<String, String> urls() {
        Map<String, String> urls = new LinkedHashMap<>();
        urls.put("authorizationUrl", config.getAuthorizationUrl());
        urls.put("tokenUrl", config.getTokenUrl());
        urls.put("jwksUrl", config.getJwksUrl());
        urls.put("userInfoUrl", config.getUserInfoUrl());
        config.getRevocationUrl().ifPresent(url -> urls.put("revocationUrl", url));
        if (config.getRosterMode() != RosterMode.OFF) {
            urls.put("rosterUrl", config.getRosterUrl());
        }
        return urls;
    }

    private static String origin(String url) {
        try {
            URI address = URI.create(url.strip());
            return address.getScheme() + "://" + address.getRawAuthority();
        } catch (IllegalArgumentException e) {
            return url; // not a URL, which the probe reports
        }
    }

    private long skew(Instant theirs) {
        return Duration.between(theirs, now.get()).toSeconds();
    }

    private void clock(Findings findings, Optional<Long> skew) {
        if (skew.isEmpty()) {
            findings.warning(
                    "clock",
                    "No host sent its time, so the clocks were not compared.",
                    "Make sure that this server's clock is synchronized (NTP).");
            return;
        }
        long seconds = skew.get();
        String detail = "This server's clock differs from ClassLink's by " + Math.abs(seconds) + " seconds"
                + (seconds == 0 ? "." : seconds > 0 ? " (ahead)." : " (behind).");
        if (Math.abs(seconds) > config.getAllowedClockSkew() + ROUNDING_SECONDS) {
            findings.failed(
                    "clock",
                    detail + " The allowed clock skew is " + config.getAllowedClockSkew()
                            + ", so every id_token is refused.",
                    "Synchronize this server's clock (NTP).");
        } else {
            findings.ok("clock", detail);
        }
    }

    private Optional<HostProbe.Answer> answer(String url, Findings findings) {
        try {
            return Optional.of(probe.get(url, findings.timeForACall()));
        } catch (UpstreamFailure.HostNotAllowed | HostProbe.NoAnswer e) {
            return Optional.empty();
        }
    }

    private void keys(Findings findings) {
        if (!config.isRequireIdToken()) {
            return;
        }
        Optional<ObjectNode> document = answer(config.getJwksUrl(), findings).flatMap(HostProbe.Answer::document);
        long keys = document.stream()
                .flatMap(found -> StreamSupport.stream(found.path("keys").spliterator(), false))
                .filter(ConnectionCheck::isUsable)
                .count();
        if (keys > 0) {
            findings.ok("signing-keys", "The JWKS URL has " + keys + " usable RS256 key(s).");
        } else {
            findings.failed(
                    "signing-keys",
                    "The JWKS URL " + config.getJwksUrl()
                            + (document.isEmpty()
                                    ? " does not answer with a JSON document."
                                    : " has no RSA key for RS256 signatures."),
                    "Leave " + Setting.JWKS_URL.quoted()
                            + " empty to use ClassLink's, https://launchpad.classlink.com/oauth2/v2/jwks.");
        }
    }

    private static boolean isUsable(JsonNode key) {
        return key.path("kty").asText().equals("RSA")
                && key.path("use").asText("sig").equals("sig")
                && key.path("alg").asText("RS256").equals("RS256");
    }

    /** Without a token, the correct address returns 401 or 403; a wrong one is a web page or does not exist. */
    private void profile(Findings findings) {
        Optional<HostProbe.Answer> answer = answer(config.getUserInfoUrl(), findings);
        if (answer.isEmpty()) {
            return; // the finding "host" reports the reason
        }
        int status = answer.get().status();
        String detail = "Without a token, the profile URL " + config.getUserInfoUrl() + " answers status " + status;
        if (status == 404
                || status / 100 == 3
                || (status == 200 && answer.get().json().isEmpty())) {
            findings.failed(
                    "profile-url",
                    detail + (status == 200 ? " with a web page." : "."),
                    "Leave " + Setting.USER_INFO_URL.quoted()
                            + " empty to use ClassLink's, https://nodeapi.classlink.com/v2/my/info.");
        } else {
            findings.ok("profile-url", detail + ".");
        }
    }

    private void discovery(Findings findings) {
        String url = withoutSlash(config.getIssuer()) + "/.well-known/openid-configuration";
        Optional<ObjectNode> document = answer(url, findings).flatMap(HostProbe.Answer::document);
        if (document.isEmpty()) {
            findings.warning(
                    "discovery",
                    "The discovery document " + url + " can't be read, so the settings were not compared with it.",
                    "Check the setting Issuer: ClassLink's is https://launchpad.classlink.com.");
            return;
        }
        List<String> differences = Stream.of(
                        difference(document.get(), "issuer", "issuer", config.getIssuer()),
                        difference(
                                document.get(),
                                "authorization_endpoint",
                                "authorizationUrl",
                                config.getAuthorizationUrl()),
                        difference(document.get(), "token_endpoint", "tokenUrl", config.getTokenUrl()),
                        difference(document.get(), "jwks_uri", "jwksUrl", config.getJwksUrl()))
                .flatMap(Optional::stream)
                .toList();
        if (differences.isEmpty()) {
            findings.ok("discovery", "Issuer and URLs are those of the discovery document " + url + ".");
        } else {
            findings.warning(
                    "discovery",
                    "Differs from the discovery document: " + String.join("; ", differences) + ".",
                    "Use the values of the discovery document, unless ClassLink told you otherwise.");
        }
        scopes(findings, document.get().path("scopes_supported"));
    }

    private static Optional<String> difference(ObjectNode document, String member, String setting, String value) {
        String theirs = document.path(member).asText();
        return theirs.isEmpty() || withoutSlash(theirs).equals(withoutSlash(value))
                ? Optional.empty()
                : Optional.of(setting + " is " + value + ", the document has " + theirs);
    }

    private void scopes(Findings findings, JsonNode supported) {
        List<String> known = StreamSupport.stream(supported.spliterator(), false)
                .map(JsonNode::asText)
                .toList();
        List<String> unknown = Stream.of(config.getDefaultScope().split(" "))
                .filter(scope -> !known.contains(scope))
                .toList();
        if (known.isEmpty() || unknown.isEmpty()) {
            findings.ok("scopes", "Scopes asked for: " + config.getDefaultScope() + ".");
        } else {
            findings.failed(
                    "scopes",
                    "ClassLink does not list these scopes: " + String.join(" ", unknown) + ".",
                    "Set Scopes to openid profile email, and to oneroster or full only if you need them.");
        }
    }

    private static String withoutSlash(String url) {
        return url.endsWith("/") ? url.substring(0, url.length() - 1) : url;
    }
}
