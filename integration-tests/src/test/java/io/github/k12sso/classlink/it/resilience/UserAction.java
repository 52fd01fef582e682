package io.github.k12sso.classlink.it.resilience;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.k12sso.classlink.it.support.AdminApi;
import io.github.k12sso.classlink.it.support.Await;
import io.github.k12sso.classlink.it.support.Http;
import io.github.k12sso.classlink.it.support.Roster;
import io.github.k12sso.classlink.it.support.TestEnvironment;
import io.github.k12sso.classlink.it.support.TestRealm;
import io.github.k12sso.classlink.it.support.WebPage;
import io.github.k12sso.classlink.simulator.http.Endpoint;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.regex.Pattern;

/** An action of a user, app or administrator that needs a call to ClassLink. */
interface UserAction {

    /** Runs the action during the fault; fails if data was lost or partially written. */
    String during();

    /** Runs the action after the fault; fails if it does not succeed. */
    void afterwards();

    Pattern ANSWERED_REVOCATIONS = Pattern.compile(
            "(?m)^classlink_upstream_calls_seconds_count\\{operation=\"revocation\",outcome=\"answered\",?} ([0-9.E]+)$");

    private static boolean isSignedIn(WebPage page) {
        return page.handedToApp().containsKey("code");
    }

    record Login(TestRealm realm) implements UserAction {

        @Override
        public String during() {
            WebPage page = realm.login(realm.newBrowser(), "student");
            assertThat(realm.state().users()).as("no partial user").hasSize(1);
            assertThat(realm.state().sessions()).isZero();
            return page.status() + ": " + page.error().replaceFirst("(?<=\\.) .*", "");
        }

        @Override
        public void afterwards() {
            assertThat(isSignedIn(realm.login(realm.newBrowser(), "student"))).isTrue();
        }
    }

    record LoginWithGroups(TestRealm realm) implements UserAction {

        @Override
        public String during() {
            JsonNode before = realm.state().user("mira.fernwick.2");
            assertThat(realm.state().groups(before)).isNotEmpty();
            assertThat(isSignedIn(realm.login(realm.newBrowser(), "student"))).isTrue();
            assertThat(realm.state().groups(realm.state().user("mira.fernwick.2")))
                    .isEqualTo(realm.state().groups(before));
            return "signed in, memberships as they were";
        }

        @Override
        public void afterwards() {
            assertThat(isSignedIn(realm.login(realm.newBrowser(), "student"))).isTrue();
        }
    }

    Duration LONGEST_REST = Duration.ofMinutes(1);

    record Exchange(TestEnvironment environment, TestRealm realm, String app) implements UserAction {

        @Override
        public String during() {
            HttpResponse<String> answer = realm.exchange(app);
            return "%d: %s, Retry-After: %s"
                    .formatted(
                            answer.statusCode(),
                            Http.json(answer.body()).path("error").asText(),
                            answer.headers().firstValue("Retry-After").orElse("none"));
        }

        @Override
        public void afterwards() {
            environment.passTime(realm, LONGEST_REST);
            assertThat(realm.exchange(app).statusCode())
                    .as("the token was kept")
                    .isEqualTo(200);
        }
    }

    record Unlink(TestEnvironment environment, TestRealm realm) implements UserAction {

        @Override
        public String during() {
            double before = answered();
            unlink();
            Await.until(
                    "the end of both revocations, or of the first one that failed",
                    () -> answered() == before + 2
                            || environment.logOf(realm).stream()
                                    .anyMatch(line -> line.contains("ClassLink token revocation failed")));
            return "unlinked";
        }

        @Override
        public void afterwards() {
            realm.tokensOf("student");
            environment.classLink().clearRequests();
            unlink();
            Await.until(
                    "revocation",
                    () -> environment.classLink().requests().stream()
                            .anyMatch(request -> request.endpoint() == Endpoint.REVOKE));
        }

        private double answered() {
            return ANSWERED_REVOCATIONS
                    .matcher(environment.metrics())
                    .results()
                    .mapToDouble(count -> Double.parseDouble(count.group(1)))
                    .sum();
        }

        private void unlink() {
            JsonNode student = realm.state().user("mira.fernwick.2");
            AdminApi.require(
                    realm.admin()
                            .delete("/realms/" + realm.name() + "/users/"
                                    + student.get("id").textValue() + "/federated-identity/" + TestRealm.ALIAS),
                    "unlink");
            assertThat(realm.state().links(student)).isEmpty();
            AdminApi.require(
                    realm.admin()
                            .delete("/realms/" + realm.name() + "/users/"
                                    + student.get("id").textValue()),
                    "remove user");
        }
    }

    record Reading(Roster roster, String token) implements UserAction {

        @Override
        public String during() {
            HttpResponse<String> answer = roster.get(token, Roster.MAPLE_VALLEY, "schools?limit=7");
            JsonNode status = Http.json(answer.body()).path("statusInfoSet").path(0);
            return "%d: %s"
                    .formatted(
                            answer.statusCode(), status.path("imsx_codeMinor").asText());
        }

        @Override
        public void afterwards() {
            assertThat(roster.get(token, Roster.MAPLE_VALLEY, "schools?limit=3").statusCode())
                    .isEqualTo(200);
        }
    }
}
