package io.github.k12sso.classlink.it.oneroster;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.k12sso.classlink.it.support.Roster;
import io.github.k12sso.classlink.it.support.TestEnvironment;
import io.github.k12sso.classlink.it.support.TestRealm;
import io.github.k12sso.classlink.it.support.WithTestEnvironment;
import io.github.k12sso.classlink.it.support.clients.ExchangePage;
import io.github.k12sso.classlink.it.support.clients.RosterProgram;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Runs the code shown in docs/develop/roster.md with HTTP clients in three languages. */
@WithTestEnvironment
class RosterClientsIT {

    static List<RosterProgram> programs() {
        return List.of(RosterProgram.curl(), RosterProgram.javaScript(), RosterProgram.python());
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("programs")
    void aPlainHttpClientReadsTheTeachersClasses(RosterProgram program, TestEnvironment environment) {
        TestRealm realm = environment.newRealm();
        Roster roster = Roster.withPartnerKey(environment, realm);
        String teacher = environment.classLink().persona("teacher").sourcedId();

        String printed = program.run(realm.url(""), roster.tokenOf("teacher"));

        assertThat(printed)
                .contains(Roster.ids(roster.atTheSource("maplevalley", "teachers/" + teacher + "/classes")
                        .get("classes")));
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "js, integration-tests/clients/javascript/roster.js",
        "python, integration-tests/clients/python/roster.py"
    })
    void thePageQuotesTheTestedCode(String language, String source) {
        assertThat(ExchangePage.fileOfTheProject(source))
                .contains(ExchangePage.of("docs/develop/roster.md").code(language));
    }
}
