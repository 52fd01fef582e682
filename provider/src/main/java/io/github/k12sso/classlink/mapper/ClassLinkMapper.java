package io.github.k12sso.classlink.mapper;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.k12sso.classlink.keycloak.KeycloakLine;
import io.github.k12sso.classlink.profile.Profile;
import io.github.k12sso.classlink.settings.ClassLinkIdentityProviderConfig;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jboss.logging.Logger;
import org.keycloak.broker.oidc.mappers.AbstractJsonUserAttributeMapper;
import org.keycloak.broker.provider.BrokeredIdentityContext;
import org.keycloak.broker.provider.IdentityProviderMapper;
import org.keycloak.models.IdentityProviderMapperModel;
import org.keycloak.models.IdentityProviderSyncMode;
import org.keycloak.models.RealmModel;
import org.keycloak.provider.ProviderConfigProperty;
import org.keycloak.provider.ProviderConfigurationBuilder;
import org.keycloak.storage.ReadOnlyException;

/**
 * The common part of the four mappers: they apply only to ClassLink providers, support every sync mode, and use only
 * the profile of the login. An interface because the role mapper extends Keycloak's {@code AbstractClaimToRoleMapper}.
 */
interface ClassLinkMapper extends IdentityProviderMapper, KeycloakLine.Dependent {

    /**
     * A mapper's entry in the admin console. The console translates the labels and help texts of settings, but not a
     * mapper's name and help text, which are in English.
     */
    record Description(
            String id, String displayType, String category, String help, List<ProviderConfigProperty> settings) {}

    Description description();

    @Override
    default String getId() {
        return description().id();
    }

    @Override
    default String getDisplayType() {
        return description().displayType();
    }

    @Override
    default String getDisplayCategory() {
        return description().category();
    }

    @Override
    default String getHelpText() {
        return description().help();
    }

    @Override
    default List<ProviderConfigProperty> getConfigProperties() {
        return description().settings();
    }

    @Override
    default String[] getCompatibleProviders() {
        return new String[] {ClassLinkIdentityProviderConfig.PROVIDER_ID};
    }

    @Override
    default boolean supportsSyncMode(IdentityProviderSyncMode syncMode) {
        return Arrays.asList(IdentityProviderSyncMode.values()).contains(syncMode);
    }

    /**
     * Starts a setting of a mapper's form. Texts are in {@code theme-resources/messages}.
     *
     * @param mapper the mapper's part of the message keys
     * @param type one of {@link ProviderConfigProperty}'s
     */
    static ProviderConfigurationBuilder.ProviderConfigPropertyBuilder setting(
            ProviderConfigurationBuilder form, String mapper, String name, String type) {
        String key = "classlink.mapper." + mapper + "." + name;
        return form.property()
                .name(name)
                .label(key + ".label")
                .helpText(key + ".help")
                .type(type);
    }

    /** Changes a user. If the user is read-only, logs a warning, and the login continues. */
    static void change(RealmModel realm, IdentityProviderMapperModel mapper, Runnable change) {
        try {
            change.run();
        } catch (ReadOnlyException e) {
            Logger.getLogger(ClassLinkMapper.class)
                    .infof(
                            "Mapper '%s' made no change because the user is read-only; the login continues. "
                                    + "realm=%s, provider=%s",
                            mapper.getName(), realm.getName(), mapper.getIdentityProviderAlias());
        }
    }

    /** Returns the profile of this login; if empty, mappers act as without a value. */
    static Optional<Profile> profile(BrokeredIdentityContext login) {
        if (!(login.getContextData().get(AbstractJsonUserAttributeMapper.CONTEXT_JSON_NODE)
                instanceof ObjectNode document)) {
            return Optional.empty();
        }
        try {
            return Optional.of(Profile.read(document));
        } catch (Profile.Unreadable e) {
            return Optional.empty(); // the login has already parsed the same document
        }
    }
}
