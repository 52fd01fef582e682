package io.github.k12sso.classlink.it.support;

import io.github.k12sso.classlink.simulator.ClassLinkSimulator;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;

/** A Keycloak with one or more nodes, and its ClassLink. */
public interface SystemUnderTest {

    ClassLinkSimulator classLink();

    /** The URL that users and apps use. */
    URI keycloakUrl();

    AdminApi admin();

    /** The template of its test realms. */
    RealmTemplate template();

    /** Creates a realm with a ClassLink provider as described in {@code test-realm.json}. */
    default TestRealm newRealm() {
        return TestRealm.open(this);
    }

    /** Asks ClassLink for the user whose ClassLink token a response contains. */
    default int userIdOf(HttpResponse<String> answer) {
        HttpResponse<String> profile = new Http()
                .send(HttpRequest.newBuilder(classLink().baseUrl().resolve("/v2/my/info"))
                        .header(
                                "Authorization",
                                "Bearer "
                                        + Http.json(answer.body())
                                                .get("access_token")
                                                .textValue()));
        return Http.json(AdminApi.require(profile, "profile").body())
                .get("UserId")
                .intValue();
    }
}
