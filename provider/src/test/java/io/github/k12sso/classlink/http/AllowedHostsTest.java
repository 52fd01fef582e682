package io.github.k12sso.classlink.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.MalformedURLException;
import java.net.URI;
import java.net.URL;
import java.util.Locale;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.apache.http.client.utils.URIUtils;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

class AllowedHostsTest {

    @Nested
    class GivenTheBuiltInDomains {

        private final AllowedHosts hosts = AllowedHosts.builtIn();

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "https://launchpad.classlink.com/oauth2/v2/token",
                    "https://nodeapi.classlink.com/v2/my/info",
                    "https://oneroster-proxy.apis.classlink.com",
                    "https://oneroster-proxy.classlink.io/applications",
                    "https://sandbox-vn-v2.oneroster.com/ims/oneroster/v1p1/orgs?limit=1",
                    "https://certs-nj-v2.rosterserver.com:8443/ims",
                    "https://launchpad.classlink.com:443/",
                    "HTTPS://LAUNCHPAD.ClassLink.COM/oauth2",
                    "https://launchpad.classlink.com./oauth2",
                    "  https://launchpad.classlink.com/oauth2  "
                })
        void thenEveryHostUnderThemIsAllowed(String url) throws UpstreamFailure.HostNotAllowed {
            assertThat(hosts.require(url)).isEqualTo(URI.create(url.strip()));
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "https://evilclasslink.com/",
                    "https://classlink.com.evil.example/",
                    "https://launchpad.classlink.com.evil.example/",
                    "https://evil.example/launchpad.classlink.com",
                    "https://evil.example?x=.classlink.com",
                    "https://classlink.org/",
                    "https://classlink.com/",
                    "https://localhost/",
                    "https://127.0.0.1/",
                    "https://[::1]/",
                    "https://[::ffff:127.0.0.1]/",
                    "http://evil.example/"
                })
        void thenAnyOtherHostIsRefused(String url) {
            assertThatThrownBy(() -> hosts.require(url))
                    .isInstanceOf(UpstreamFailure.HostNotAllowed.class)
                    .hasMessageStartingWith("names the host ")
                    .hasMessageContaining("which is not allowed");
        }

        @Test
        void thenTheMessageSaysWhatToEnterInstead() {
            assertThatThrownBy(() -> hosts.require("https://Login.Example.org:8443/auth?secret=1"))
                    .hasMessage(
                            "names the host login.example.org, which is not allowed. Use a host under classlink.com, "
                                    + "classlink.io, oneroster.com, rosterserver.com, or ask the server "
                                    + "operator to start Keycloak with "
                                    + "--spi-social--classlink--allowed-hosts=login.example.org");
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "https://launchpad.classlink.com@evil.example/",
                    "https://launchpad.classlink.com:443@evil.example/",
                    "https://evil.example@launchpad.classlink.com/",
                    "https://@launchpad.classlink.com/",
                    "https://launchpad.classlink.com/#x",
                    "https://launchpad.classlink.com/#",
                    "https://evil.example#.classlink.com"
                })
        void thenUserInfoOrAFragmentIsRefused(String url) {
            assertThatThrownBy(() -> hosts.require(url))
                    .isInstanceOf(UpstreamFailure.HostNotAllowed.class)
                    .hasMessage("must not contain a username or a fragment");
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "http://launchpad.classlink.com/",
                    "HTTP://launchpad.classlink.com/",
                    "ftp://launchpad.classlink.com/",
                    "file://launchpad.classlink.com/etc/passwd"
                })
        void thenAnythingButHttpsIsRefused(String url) {
            assertThatThrownBy(() -> hosts.require(url))
                    .isInstanceOf(UpstreamFailure.HostNotAllowed.class)
                    .hasMessage("must start with https://");
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "",
                    " ",
                    "/oauth2/v2/token",
                    "launchpad.classlink.com",
                    "//launchpad.classlink.com/oauth2",
                    "https:launchpad.classlink.com",
                    "https:///oauth2",
                    "mailto:x@launchpad.classlink.com",
                    "https://evil_host.classlink.com:x/",
                    "https://ｅvil.classlink.com/",
                    "https://evil.example／.classlink.com/",
                    "https://launchpad.classlink.com../"
                })
        void thenAnIncompleteUrlIsRefused(String url) {
            assertThatThrownBy(() -> hosts.require(url))
                    .isInstanceOf(UpstreamFailure.HostNotAllowed.class)
                    .hasMessage("must be a complete URL such as https://launchpad.classlink.com/…");
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "https://evil.example\\.classlink.com/",
                    "https://launchpad.classlink.com /",
                    "https://launchpad.classlink.com/a b",
                    "https://launchpad.classlink.com\n.evil.example/",
                    "https://[launchpad.classlink.com/",
                    "https://launchpad.classlink.com/${x}",
                    "::"
                })
        void thenGarbageIsRefused(String url) {
            assertThatThrownBy(() -> hosts.require(url))
                    .isInstanceOf(UpstreamFailure.HostNotAllowed.class)
                    .hasMessage("is not a valid URL");
        }
    }

    @Nested
    class GivenHostsNamedByTheOperator {

        private final AllowedHosts hosts = AllowedHosts.with(" Simulator.Test , 127.0.0.1,,[::1],dotted.test.");

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "http://simulator.test/oauth2",
                    "https://simulator.test/oauth2",
                    "http://SIMULATOR.test.:9000/",
                    "http://127.0.0.1:8080/",
                    "http://[::1]:8080/",
                    "http://dotted.test/",
                    "https://launchpad.classlink.com/"
                })
        void thenPlainHttpIsAllowedToo(String url) throws UpstreamFailure.HostNotAllowed {
            assertThat(hosts.require(url)).isEqualTo(URI.create(url));
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "https://sub.simulator.test/",
                    "https://evilsimulator.test/",
                    "http://127.0.0.2/",
                    "http://[::2]/",
                    "https://localhost/"
                })
        void thenOnlyTheExactHostIsAllowed(String url) {
            assertThatThrownBy(() -> hosts.require(url)).hasMessageStartingWith("names the host ");
        }

        @Test
        void thenTheBuiltInDomainsStillRequireHttps() {
            assertThatThrownBy(() -> hosts.require("http://launchpad.classlink.com/"))
                    .hasMessage("must start with https://");
        }

        @Test
        void thenOtherSchemesAreRefused() {
            assertThatThrownBy(() -> hosts.require("ftp://simulator.test/")).hasMessage("must start with https://");
        }
    }

    @ParameterizedTest
    @NullSource
    @ValueSource(strings = {"", "  ", ",", " , "})
    void givenAnEmptyOption_thenOnlyTheBuiltInDomainsAreAllowed(String option) throws UpstreamFailure.HostNotAllowed {
        AllowedHosts hosts = AllowedHosts.with(option);

        assertThat(hosts.require("https://launchpad.classlink.com/")).isNotNull();
        assertThatThrownBy(() -> hosts.require("https://localhost/"))
                .isInstanceOf(UpstreamFailure.HostNotAllowed.class);
    }

    /** Compares three URL parsers. A URL that they read differently would be checked as one host and called as another. */
    @Property(tries = 5000, edgeCases = EdgeCasesMode.NONE)
    void anAllowedUrlHasTheSameHostForEveryUrlParser(@ForAll("hostileUrls") String url) throws MalformedURLException {
        URI address;
        try {
            address = AllowedHosts.builtIn().require(url);
        } catch (UpstreamFailure.HostNotAllowed e) {
            return;
        }
        assertThat(address.getScheme()).isEqualToIgnoringCase("https");
        assertUnderClassLink(address.getHost());
        assertUnderClassLink(new URL(url.strip()).getHost());
        assertUnderClassLink(URIUtils.extractHost(address).getHostName());
    }

    private static void assertUnderClassLink(String host) {
        assertThat(host.toLowerCase(Locale.ROOT)).matches("[a-z0-9.-]+\\.classlink\\.com\\.?");
    }

    @Provide
    Arbitrary<String> hostileUrls() {
        Arbitrary<String> pieces = Arbitraries.of(
                "https://",
                "https:",
                "http://",
                "HTTPS://",
                "//",
                "/",
                "\\",
                "@",
                ":",
                ":443",
                "#",
                "?",
                "%2f",
                "%40",
                ".",
                "..",
                "[",
                "]",
                " ",
                "\t",
                "\u0000",
                "／",
                "。",
                "evil.example",
                "evil",
                "launchpad.classlink.com",
                ".classlink.com",
                "classlink.com",
                "x");
        return pieces.list()
                .ofMinSize(1)
                .ofMaxSize(6)
                .map(list -> String.join("", list))
                .flatMap(rest -> Arbitraries.of("https://" + rest, rest));
    }
}
