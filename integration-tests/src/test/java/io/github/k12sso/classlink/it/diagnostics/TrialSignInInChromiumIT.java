package io.github.k12sso.classlink.it.diagnostics;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.k12sso.classlink.it.support.AdminApi;
import io.github.k12sso.classlink.it.support.Http;
import io.github.k12sso.classlink.it.support.ProviderMappers;
import io.github.k12sso.classlink.it.support.TestEnvironment;
import io.github.k12sso.classlink.it.support.TestRealm;
import io.github.k12sso.classlink.it.support.WithTestEnvironment;
import io.github.k12sso.classlink.it.support.browser.Chromium;
import io.github.k12sso.classlink.it.support.browser.TrialPage;
import io.github.k12sso.classlink.it.support.machine.Installed;
import io.github.k12sso.classlink.it.support.machine.Needs;
import java.net.URI;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.ResourceLock;

/** The page of a trial sign-in, before and after: on desktop and phone, in light and dark mode. */
@WithTestEnvironment
@Needs(Installed.CHROMIUM)
@ResourceLock(Chromium.ONE_AT_A_TIME)
class TrialSignInInChromiumIT {

    @Test
    void fitsEveryScreenAndIsCopiedWithOneButton(TestEnvironment environment) {
        TestRealm realm = environment.newRealm();
        realm.configureRealm(settings -> settings.put("displayName", "Maple Valley Schools"));
        new ProviderMappers(realm)
                .add(
                        "groups",
                        "classlink-group-mapper",
                        "FORCE",
                        Map.of("groupTemplate", "/districts/${tenant_id}/${role}"));
        URI link = URI.create(Http.json(AdminApi.require(
                                realm.admin()
                                        .post(
                                                "/realms/" + realm.name() + "/classlink/classlink/trials",
                                                Http.json("{}")),
                                "trials")
                        .body())
                .get("url")
                .textValue());
        try (Chromium browser = Chromium.start()) {
            TrialPage page = TrialPage.open(browser, link);
            pictures(browser, "trial-start", 800);
            page.agreeAndStart().signIn(environment.classLink().persona("student"));
            page.report();
            pictures(browser, "trial-report", 1105);

            assertThat(page.text()).contains("A real sign-in works.", "mira.fernwick.2", "/districts/2/Student");
            assertThat(page.copy()).isEqualTo("Copied");
        }
    }

    private static void pictures(Chromium browser, String name, int height) {
        for (String scheme : new String[] {"light", "dark"}) {
            browser.preferring(scheme).sized(1280, height).screenshot(name + "-" + scheme);
            browser.sized(375, 1400).screenshot(name + "-375-" + scheme);
            assertThat(browser.isTooWide()).as(name + " on a phone").isFalse();
        }
    }
}
