package io.github.k12sso.classlink.simulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.k12sso.classlink.simulator.district.DistrictSpec;
import io.github.k12sso.classlink.simulator.oauth.RegisteredClient;
import io.github.k12sso.classlink.simulator.runtime.PkceMode;
import io.github.k12sso.classlink.simulator.runtime.Switch;
import io.github.k12sso.classlink.simulator.runtime.TokenMode;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** Command line options and the resulting settings. */
class SimulatorMainTest {
    private static SimulatorSettings settings(String... arguments) {
        CommandLine line = SimulatorMain.commandLine();
        line.parseArgs(arguments);
        return line.<SimulatorMain>getCommand().settings();
    }

    @Test
    void withoutOptionsThereIsOneDemoClient() {
        SimulatorSettings settings = settings();
        assertThat(settings.port()).isEqualTo(9400);
        assertThat(settings.bindAddress()).isEqualTo("127.0.0.1");
        assertThat(settings.switches().get(Switch.TOKEN_MODE)).isEqualTo(TokenMode.CLASSLINK);
        assertThat(settings.switches().get(Switch.STATE_ON_ERRORS)).isTrue();
        assertThat(settings.districts()).isEqualTo(DistrictSpec.defaults());
        assertThat(settings.clients())
                .containsExactly(RegisteredClient.of(
                        "classlink-demo", "classlink-demo-secret", List.of("http://localhost:8080/*")));
    }

    @Test
    void everyOptionIsApplied() {
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
                "--no-empty-strings",
                "--bare-tokens",
                "--token-lifetime=90",
                "--partner-key=k",
                "--filler-applications=3",
                "--client-id=a",
                "--client-secret=b",
                "--redirect-uri=http://one/",
                "--redirect-uri=http://two/",
                "--launch-url=http://tile/",
                "--district=maplevalley:2:5000",
                "--district=new:8:10:grading-periods",
                "--district=willowcreek:9999:90");
        assertThat(settings.port()).isZero();
        assertThat(settings.switches().get(Switch.TOKEN_MODE)).isEqualTo(TokenMode.GUIDE);
        assertThat(settings.switches().get(Switch.GUIDE_TOKEN_LIFETIME)).isEqualTo(Duration.ofMinutes(1));
        assertThat(settings.switches().get(Switch.PKCE)).isEqualTo(PkceMode.REQUIRE);
        assertThat(settings.switches().get(Switch.CONSENT)).isTrue();
        assertThat(settings.switches().get(Switch.REVOCATION)).isTrue();
        assertThat(settings.switches().get(Switch.GUIDE_PROFILE)).isTrue();
        assertThat(settings.switches().get(Switch.ROSTER_SCOPE_REQUIRED)).isTrue();
        assertThat(settings.switches().get(Switch.STATE_ON_ERRORS)).isFalse();
        assertThat(settings.switches().get(Switch.EMPTY_STRINGS)).isFalse();
        assertThat(settings.switches().get(Switch.BARE_TOKENS)).isTrue();
        assertThat(settings.switches().get(Switch.ACCESS_TOKEN_LIFETIME)).isEqualTo(Duration.ofSeconds(90));
        assertThat(settings.partnerKey()).isEqualTo("k");
        assertThat(settings.fillerApplications()).isEqualTo(3);
        assertThat(settings.clients())
                .containsExactly(new RegisteredClient("a", "b", List.of("http://one/", "http://two/"), "http://tile/"));
        assertThat(settings.districts())
                .extracting(DistrictSpec::code)
                .containsExactly("maplevalley", "harborpoint", "willowcreek", "new");
        assertThat(settings.districts().get(0))
                .isEqualTo(new DistrictSpec("maplevalley", 2, "Maple Valley Schools", 5000));
        assertThat(settings.districts())
                .filteredOn(DistrictSpec::gradingPeriods)
                .extracting(DistrictSpec::people)
                .containsExactly(90, 10);
    }

    @ParameterizedTest
    @ValueSource(strings = {"--token-lifetime=0", "--expires-in=-5", "--token-lifetime=315360001", "--expires-in=1.5"})
    void invalidLifetimesGetAMessage(String option) {
        StringWriter errors = new StringWriter();

        int exitCode =
                SimulatorMain.commandLine().setErr(new PrintWriter(errors)).execute(option);

        assertThat(exitCode).isEqualTo(2);
        assertThat(errors.toString().lines().findFirst().orElseThrow()).contains(option.split("=", 2)[0]);
    }

    @Test
    void helpNamesTheProgram() {
        assertThat(SimulatorMain.commandLine().getUsageMessage())
                .contains("classlink-simulator")
                .contains("--district");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "home:1:100",
                "Caps:1:100",
                "small:1:9",
                "large:1:1000001",
                "two:1",
                "word:x:100",
                "word:1:100:terms",
                "a1:1:100:grading-periods:x"
            })
    void invalidDistrictsAreRefused(String text) {
        assertThatThrownBy(() -> settings("--district=" + text)).isInstanceOf(IllegalArgumentException.class);
    }
}
