package io.github.k12sso.classlink.mapper;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.k12sso.classlink.keycloak.KeycloakLine;
import io.github.k12sso.classlink.mapper.SessionClasses.Kept;
import io.github.k12sso.classlink.mapper.SessionClasses.Value;
import io.github.k12sso.classlink.profile.RosterClass;
import io.github.k12sso.classlink.profile.Template;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import org.jboss.logging.Logger;
import org.keycloak.dom.saml.v2.assertion.AttributeStatementType;
import org.keycloak.models.AuthenticatedClientSessionModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.ProtocolMapperContainerModel;
import org.keycloak.models.ProtocolMapperModel;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserSessionModel;
import org.keycloak.protocol.ProtocolMapperConfigException;
import org.keycloak.protocol.saml.mappers.AbstractSAMLProtocolMapper;
import org.keycloak.protocol.saml.mappers.AttributeStatementHelper;
import org.keycloak.protocol.saml.mappers.SAMLAttributeStatementMapper;
import org.keycloak.provider.ProviderConfigProperty;
import org.keycloak.provider.ProviderConfigurationBuilder;

/**
 * Adds a SAML attribute with one value per class of the user. The list is never truncated; the attribute is omitted
 * instead.
 */
public final class SamlClassesMapper extends AbstractSAMLProtocolMapper
        implements SAMLAttributeStatementMapper, KeycloakLine.Dependent {

    static final String ID = "saml-classlink-classes-mapper";
    static final String TEMPLATE = "classlink.template";
    static final String DEFAULT_TEMPLATE = "${class_id}";

    /** The class fields that a user session contains. */
    static final Map<String, Function<RosterClass, Optional<String>>> PLACEHOLDERS = placeholders();

    private static final Logger LOG = Logger.getLogger(SamlClassesMapper.class);

    private static Map<String, Function<RosterClass, Optional<String>>> placeholders() {
        Map<String, Function<RosterClass, Optional<String>>> kept = new TreeMap<>(RosterClass.PLACEHOLDERS);
        kept.keySet().retainAll(Set.of("class_id", "class_title", "class_code", "school_id", "class_role"));
        return Map.copyOf(kept);
    }

    @Override
    public String getId() {
        return ID;
    }

    @Override
    public String getDisplayType() {
        return "ClassLink classes";
    }

    @Override
    public String getDisplayCategory() {
        return AttributeStatementHelper.ATTRIBUTE_STATEMENT_CATEGORY;
    }

    @Override
    public String getHelpText() {
        return "Adds a SAML attribute with one value for each of the user's current classes, as of the last "
                + "ClassLink login. The attribute is absent if the user did not sign in with ClassLink or if "
                + "the roster could not be read.";
    }

    @Override
    public List<ProviderConfigProperty> getConfigProperties() {
        ProviderConfigurationBuilder form = ProviderConfigurationBuilder.create();
        ClaimMapper.setting(form, TEMPLATE, ProviderConfigProperty.STRING_TYPE)
                .defaultValue(DEFAULT_TEMPLATE)
                .add();
        List<ProviderConfigProperty> all = new ArrayList<>(form.build());
        AttributeStatementHelper.setConfigProperties(all);
        return all;
    }

    @Override
    public void validateConfig(
            KeycloakSession session, RealmModel realm, ProtocolMapperContainerModel client, ProtocolMapperModel mapper)
            throws ProtocolMapperConfigException {
        try {
            template(mapper);
        } catch (IllegalArgumentException e) {
            throw new ProtocolMapperConfigException(e.getMessage());
        }
    }

    @Override
    public void transformAttributeStatement(
            AttributeStatementType statement,
            ProtocolMapperModel mapper,
            KeycloakSession session,
            UserSessionModel userSession,
            AuthenticatedClientSessionModel clientSession) {
        Optional<JsonNode> classes =
                SessionClasses.of(userSession, Value.CLASSES).flatMap(Kept::json);
        if (classes.isEmpty()) {
            return;
        }
        try {
            List<String> values = values(template(mapper), classes.get());
            if (!values.isEmpty()) {
                AttributeStatementHelper.addAttributes(statement, mapper, values);
            }
        } catch (IllegalArgumentException e) {
            LOG.warnf("Mapper '%s' adds no attribute: %s", mapper.getName(), e.getMessage());
        }
    }

    /** Omits classes without one of the values. */
    private static List<String> values(Template<RosterClass> template, JsonNode classes) {
        return RosterClass.readAll(classes).orElse(List.of()).stream()
                .flatMap(each -> template.apply(each).stream())
                .distinct()
                .toList();
    }

    /** @throws IllegalArgumentException with a message for the administrator */
    static Template<RosterClass> template(ProtocolMapperModel mapper) {
        String text = mapper.getConfig().getOrDefault(TEMPLATE, "").strip();
        return Template.parse(
                text.isEmpty() ? DEFAULT_TEMPLATE : text,
                literal -> {
                    if (literal.contains("${")) {
                        throw new IllegalArgumentException(
                                "The value template has a placeholder without a closing '}'");
                    }
                },
                name -> Optional.ofNullable(PLACEHOLDERS.get(name))
                        .orElseThrow(() -> new IllegalArgumentException(
                                "The value template has an unknown placeholder. Allowed: " + listed())));
    }

    private static String listed() {
        return String.join(
                " ",
                PLACEHOLDERS.keySet().stream()
                        .sorted()
                        .map(name -> "${" + name + "}")
                        .toList());
    }
}
