package io.github.k12sso.classlink.it.support;

import java.lang.module.ModuleDescriptor.Version;

/** The version of the Keycloak that the tests run on, for what Keycloak itself does differently in another. */
public record KeycloakVersion(String text) {

    /** The run's. */
    public static KeycloakVersion tested() {
        return new KeycloakVersion(System.getProperty("keycloak.dist.version"));
    }

    public boolean isAtLeast(String other) {
        return Version.parse(text).compareTo(Version.parse(other)) >= 0;
    }
}
