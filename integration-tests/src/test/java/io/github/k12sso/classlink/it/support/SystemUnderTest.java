package io.github.k12sso.classlink.it.support;

import io.github.k12sso.classlink.simulator.ClassLinkSimulator;
import java.net.URI;

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
}
