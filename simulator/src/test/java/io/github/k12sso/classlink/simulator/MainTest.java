package io.github.k12sso.classlink.simulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.k12sso.classlink.simulator.district.DistrictSpec;
import io.github.k12sso.classlink.simulator.oauth.RegisteredClient;
import io.github.k12sso.classlink.simulator.runtime.PkceMode;
import io.github.k12sso.classlink.simulator.runtime.TokenMode;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** What the command line turns into. */
class MainTest {
    private static SimulatorSettings settings(String... arguments) {
        CommandLine line = Main.commandLine();
        line.parseArgs(arguments);
        return line.<Main>getCommand().options().settings();
    }

    @Test
    void withoutOptionsItIsClassLinkWithOneDemoClient() {
        SimulatorSettings settings = settings();
        assertThat(settings.port()).isEqualTo(9400);
        assertThat(settings.bindAddress()).isEqualTo("127.0.0.1");
        assertThat(settings.tokenMode()).isEqualTo(TokenMode.CLASSLINK);
        assertThat(settings.stateOnErrors()).isTrue();
        assertThat(settings.districts()).isEqualTo(DistrictSpec.defaults());
        assertThat(settings.clients())
                .containsExactly(RegisteredClient.of(
                        "classlink-demo", "classlink-demo-secret", List.of("http://localhost:8080/*")));
    }

    @Test
    void everyOptionArrives() {
        SimulatorSettings settings = settings(
                "--port=0",
                "--token-mode=guide",
                "--expires-in=60",
                "--pkce=require",
                "--consent",
                "--revocation",
                "--guide-profile",
                "--roster-scope-required",
                "--no-state-on-errors",
                "--partner-key=k",
                "--filler-applications=3",
                "--client-id=a",
                "--client-secret=b",
                "--redirect-uri=http://one/",
                "--redirect-uri=http://two/",
                "--launch-url=http://tile/",
                "--district=maplevalley:2:5000",
                "--district=new:8:10");
        assertThat(settings.port()).isZero();
        assertThat(settings.tokenMode()).isEqualTo(TokenMode.GUIDE);
        assertThat(settings.guideTokenLifetime()).isEqualTo(Duration.ofMinutes(1));
        assertThat(settings.pkce()).isEqualTo(PkceMode.REQUIRE);
        assertThat(settings.consent()).isTrue();
        assertThat(settings.revocation()).isTrue();
        assertThat(settings.guideProfile()).isTrue();
        assertThat(settings.rosterScopeRequired()).isTrue();
        assertThat(settings.stateOnErrors()).isFalse();
        assertThat(settings.partnerKey()).isEqualTo("k");
        assertThat(settings.fillerApplications()).isEqualTo(3);
        assertThat(settings.clients())
                .containsExactly(new RegisteredClient("a", "b", List.of("http://one/", "http://two/"), "http://tile/"));
        assertThat(settings.districts())
                .extracting(DistrictSpec::code)
                .containsExactly("maplevalley", "harborpoint", "willowcreek", "new");
        assertThat(settings.districts().get(0))
                .isEqualTo(new DistrictSpec("maplevalley", 2, "Maple Valley Schools", 5000));
    }

    @Test
    void helpNamesTheProgram() {
        assertThat(Main.commandLine().getUsageMessage())
                .contains("classlink-simulator")
                .contains("--district");
    }

    @ParameterizedTest
    @ValueSource(strings = {"home:1:100", "Caps:1:100", "small:1:9", "large:1:1000001", "two:1", "word:x:100"})
    void impossibleDistrictsAreRefused(String text) {
        assertThatThrownBy(() -> settings("--district=" + text)).isInstanceOf(IllegalArgumentException.class);
    }
}
