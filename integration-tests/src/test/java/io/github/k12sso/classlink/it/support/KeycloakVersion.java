package io.github.k12sso.classlink.it.support;

import java.lang.module.ModuleDescriptor.Version;

/** The Keycloak version under test, for differences between versions of Keycloak. */
public record KeycloakVersion(String text) {

    /** The version of this run. */
    public static KeycloakVersion tested() {
        return new KeycloakVersion(System.getProperty("keycloak.dist.version"));
    }

    public boolean isAtLeast(String other) {
        return Version.parse(text).compareTo(Version.parse(other)) >= 0;
    }
}
