package io.github.k12sso.classlink.login;

import static org.keycloak.provider.ProviderConfigProperty.BOOLEAN_TYPE;
import static org.keycloak.provider.ProviderConfigProperty.LIST_TYPE;
import static org.keycloak.provider.ProviderConfigProperty.MULTIVALUED_STRING_TYPE;
import static org.keycloak.provider.ProviderConfigProperty.STRING_TYPE;

import io.github.k12sso.classlink.profile.IdentityKey;
import java.util.Arrays;
import java.util.List;
import org.keycloak.broker.oidc.OAuth2IdentityProviderConfig;
import org.keycloak.broker.oidc.OIDCIdentityProviderConfig;
import org.keycloak.models.IdentityProviderModel;
import org.keycloak.protocol.oidc.OIDCLoginProtocol;
import org.keycloak.provider.ProviderConfigProperty;
import org.keycloak.provider.ProviderConfigurationBuilder;

/** The provider's page in the admin console, below Keycloak's own fields, in the order of a first set-up. */
final class SettingsPage {

    private SettingsPage() {}

    static List<ProviderConfigProperty> properties() {
        return ProviderConfigurationBuilder.create()
                .property()
                .name(ClassLinkIdentityProviderConfig.ALLOWED_TENANTS)
                .label("Allowed districts")
                .helpText(
                        "TenantIds of the districts whose people may log in, one a line, such as 2284. Leave empty to let "
                                + "every district in that has your app switched on at ClassLink.")
                .type(MULTIVALUED_STRING_TYPE)
                .add()
                .property()
                .name(ClassLinkIdentityProviderConfig.USERNAME_TEMPLATE)
                .label("User name template")
                .helpText(
                        "User name of a new user. Login ids are unique only within a district, so keep ${tenant_id} in it. "
                                + "Placeholders: ${login_id} ${tenant_id} ${sourced_id} ${user_id} ${email} ${first_name} "
                                + "${last_name} ${role}. If ClassLink sends no value for one of them, the name is the provider's "
                                + "alias and the person's id.")
                .type(STRING_TYPE)
                .defaultValue(ClassLinkIdentityProviderConfig.DEFAULT_USERNAME_TEMPLATE)
                .add()
                .property()
                .name(ClassLinkIdentityProviderConfig.IDENTITY_KEY)
                .label("Identity key")
                .helpText("Which id links a person to a user. 'user-id' is ClassLink's own number and always there. "
                        + "'tenant-and-sourced-id' keeps the user when a pupil gets a new ClassLink account, and refuses "
                        + "people without a SourcedId. Changing it later breaks existing links.")
                .type(LIST_TYPE)
                .options(Arrays.stream(IdentityKey.values())
                        .map(IdentityKey::setting)
                        .toList())
                .defaultValue(IdentityKey.USER_ID.setting())
                .add()
                .property()
                .name(ClassLinkIdentityProviderConfig.REQUIRE_ID_TOKEN)
                .label("Require id_token")
                .helpText(
                        "On: ClassLink must send a signed id_token for every login, and it is verified. Off: plain OAuth 2, "
                                + "the identity comes from the profile call alone; only for ClassLink apps without the scope openid.")
                .type(BOOLEAN_TYPE)
                .defaultValue(true)
                .add()
                .property()
                .name(OAuth2IdentityProviderConfig.PKCE_ENABLED)
                .label("Use PKCE")
                .helpText(
                        "Sends a PKCE challenge (S256) with every login. Switch off only if ClassLink refuses it for your "
                                + "app.")
                .type(BOOLEAN_TYPE)
                .defaultValue(true)
                .add()
                .property()
                .name(ClassLinkIdentityProviderConfig.TOKEN_LIFETIME_SECONDS)
                .label("Token lifetime")
                .helpText(
                        "Life in seconds of a ClassLink access token whose answer does not state one, from 60 to 31536000. "
                                + "ClassLink documents 24 hours, 86400.")
                .type(STRING_TYPE)
                .defaultValue(String.valueOf(ClassLinkIdentityProviderConfig.DEFAULT_TOKEN_LIFETIME_SECONDS))
                .add()
                .property()
                .name(ClassLinkIdentityProviderConfig.TOKEN_SCOPE)
                .label("Scope for token exchange")
                .helpText(
                        "Name of the client scope that an app's Keycloak access token must carry to be exchanged for a "
                                + "ClassLink token. Create a client scope of that name and give it to the apps that may.")
                .type(STRING_TYPE)
                .defaultValue(ClassLinkIdentityProviderConfig.DEFAULT_TOKEN_SCOPE)
                .add()
                .property()
                .name(ClassLinkIdentityProviderConfig.CLIENT_AUTH_METHOD)
                .label("Client authentication")
                .helpText(
                        "How client id and secret are sent to ClassLink's token endpoint: in the form or in a Basic header.")
                .type(LIST_TYPE)
                .options(List.of(OIDCLoginProtocol.CLIENT_SECRET_POST, OIDCLoginProtocol.CLIENT_SECRET_BASIC))
                .defaultValue(OIDCLoginProtocol.CLIENT_SECRET_POST)
                .add()
                .property()
                .name(ClassLinkIdentityProviderConfig.AUTHORIZATION_URL)
                .label("Authorization URL")
                .helpText("Where the browser goes to sign in. https, on a host that the server allows.")
                .type(STRING_TYPE)
                .defaultValue(ClassLinkIdentityProviderConfig.DEFAULT_AUTHORIZATION_URL)
                .add()
                .property()
                .name(ClassLinkIdentityProviderConfig.TOKEN_URL)
                .label("Token URL")
                .helpText(
                        "Where this server redeems the code; it receives the client secret. https, on a host that the "
                                + "server allows.")
                .type(STRING_TYPE)
                .defaultValue(ClassLinkIdentityProviderConfig.DEFAULT_TOKEN_URL)
                .add()
                .property()
                .name(OIDCIdentityProviderConfig.JWKS_URL)
                .label("JWKS URL")
                .helpText("ClassLink's public signing keys. https, on a host that the server allows.")
                .type(STRING_TYPE)
                .defaultValue(ClassLinkIdentityProviderConfig.DEFAULT_JWKS_URL)
                .add()
                .property()
                .name(IdentityProviderModel.ISSUER)
                .label("Issuer")
                .helpText("The iss that every id_token must have; a trailing slash makes no difference.")
                .type(STRING_TYPE)
                .defaultValue(ClassLinkIdentityProviderConfig.DEFAULT_ISSUER)
                .add()
                .property()
                .name(ClassLinkIdentityProviderConfig.USER_INFO_URL)
                .label("Profile URL")
                .helpText(
                        "The profile call, asked once for each login. ClassLink's /v2/my/info, an OpenID Connect userinfo "
                                + "endpoint, or one that answers {\"id\", \"email\", \"firstName\", \"lastName\", \"roles\"}.")
                .type(STRING_TYPE)
                .defaultValue(ClassLinkIdentityProviderConfig.DEFAULT_USER_INFO_URL)
                .add()
                .property()
                .name(ClassLinkIdentityProviderConfig.REVOCATION_URL)
                .label("Revocation URL")
                .helpText(
                        "RFC 7009 endpoint where tokens are revoked. ClassLink documents none: leave it empty, and tokens "
                                + "are only forgotten here.")
                .type(STRING_TYPE)
                .add()
                .build();
    }
}
