package io.github.k12sso.classlink.login;

import org.keycloak.models.KeycloakSession;

/** {@code /realms/{realm}/classlink/{alias}}. */
@SuppressWarnings("UnusedVariable")
public final class ProviderResource {

    private final KeycloakSession session;
    private final ClassLinkIdentityProvider provider;

    ProviderResource(KeycloakSession session, ClassLinkIdentityProvider provider) {
        this.session = session;
        this.provider = provider;
    }
}
