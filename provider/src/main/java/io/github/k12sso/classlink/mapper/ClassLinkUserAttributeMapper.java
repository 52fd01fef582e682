package io.github.k12sso.classlink.mapper;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.k12sso.classlink.profile.Profile;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jboss.logging.Logger;
import org.keycloak.broker.oidc.mappers.AbstractJsonUserAttributeMapper;
import org.keycloak.broker.provider.AbstractIdentityProviderMapper;
import org.keycloak.broker.provider.BrokeredIdentityContext;
import org.keycloak.models.IdentityProviderMapperModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;
import org.keycloak.provider.ProviderConfigProperty;
import org.keycloak.provider.ProviderConfigurationBuilder;

/** A member of the profile document becomes an attribute of the user. */
public final class ClassLinkUserAttributeMapper extends AbstractIdentityProviderMapper implements ClassLinkMapper {

    static final String JSON_FIELD = AbstractJsonUserAttributeMapper.CONF_JSON_FIELD;
    static final String USER_ATTRIBUTE = AbstractJsonUserAttributeMapper.CONF_USER_ATTRIBUTE;

    private static final Logger LOG = Logger.getLogger(ClassLinkUserAttributeMapper.class);

    @Override
    public Description description() {
        ProviderConfigurationBuilder form = ProviderConfigurationBuilder.create();
        ClassLinkMapper.setting(form, "attribute", JSON_FIELD, ProviderConfigProperty.STRING_TYPE)
                .required(true)
                .add();
        ClassLinkMapper.setting(
                        form, "attribute", USER_ATTRIBUTE, ProviderConfigProperty.USER_PROFILE_ATTRIBUTE_LIST_TYPE)
                .required(true)
                .add();
        return new Description(
                "classlink-user-attribute-mapper",
                "ClassLink Attribute",
                "Attribute Importer",
                "Copies a member of ClassLink's profile document into a user attribute.",
                form.build());
    }

    /** Runs at every login, for every mapper, before any user is touched: values of mappers with one target meet here. */
    @Override
    public void preprocessFederatedIdentity(
            KeycloakSession session,
            RealmModel realm,
            IdentityProviderMapperModel mapper,
            BrokeredIdentityContext login) {
        Optional<String> attribute = attribute(mapper);
        List<String> values = values(mapper, login);
        if (attribute.isPresent() && !values.isEmpty()) {
            Set<String> all = new LinkedHashSet<>(login.getAttributes().getOrDefault(attribute.get(), List.of()));
            all.addAll(values);
            // An ArrayList: the first login keeps it as JSON under its class's name.
            login.setUserAttribute(attribute.get(), new ArrayList<>(all));
        }
    }

    @Override
    public void updateBrokeredUser(
            KeycloakSession session,
            RealmModel realm,
            UserModel user,
            IdentityProviderMapperModel mapper,
            BrokeredIdentityContext login) {
        attribute(mapper).ifPresent(attribute -> {
            List<String> values = login.getAttributes().getOrDefault(attribute, List.of());
            if (values.isEmpty()) {
                user.removeAttribute(attribute);
            } else {
                user.setAttribute(attribute, values);
            }
        });
    }

    private static Optional<String> attribute(IdentityProviderMapperModel mapper) {
        return Optional.ofNullable(mapper.getConfig().get(USER_ATTRIBUTE))
                .map(String::strip)
                .filter(attribute -> !attribute.isEmpty());
    }

    private static List<String> values(IdentityProviderMapperModel mapper, BrokeredIdentityContext login) {
        Optional<ObjectNode> document = ClassLinkMapper.profile(login).map(Profile::document);
        String path = Optional.ofNullable(mapper.getConfig().get(JSON_FIELD))
                .map(String::strip)
                .orElse("");
        try {
            ProfileFieldPath member = ProfileFieldPath.parse(path);
            return document.map(member::read).orElse(List.of());
        } catch (IllegalArgumentException e) {
            LOG.warnf("Mapper '%s': Profile member %s", mapper.getName(), e.getMessage());
            return List.of();
        }
    }
}
