package io.github.k12sso.classlink.it.support;

import io.github.k12sso.classlink.simulator.ClassLinkSimulator;
import java.net.URI;

/** A Keycloak of one node or several, and its ClassLink. */
public interface SystemUnderTest {

    ClassLinkSimulator classLink();

    /** The address that people and apps use. */
    URI keycloakUrl();

    AdminApi admin();

    /** What its test realms are copied from. */
    RealmTemplate template();

    /** A new realm with a ClassLink provider, described in {@code test-realm.json}. */
    default TestRealm newRealm() {
        return TestRealm.open(this);
    }
}
