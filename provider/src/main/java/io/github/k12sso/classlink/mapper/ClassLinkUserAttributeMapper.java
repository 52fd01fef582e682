package io.github.k12sso.classlink.mapper;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.k12sso.classlink.profile.Profile;
import io.github.k12sso.classlink.settings.Setting;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jboss.logging.Logger;
import org.keycloak.broker.oidc.mappers.AbstractJsonUserAttributeMapper;
import org.keycloak.broker.provider.AbstractIdentityProviderMapper;
import org.keycloak.broker.provider.BrokeredIdentityContext;
import org.keycloak.models.IdentityProviderMapperModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.ModelException;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;
import org.keycloak.provider.ProviderConfigProperty;
import org.keycloak.provider.ProviderConfigurationBuilder;
import org.keycloak.storage.ReadOnlyException;
import org.keycloak.util.Booleans;
import org.keycloak.utils.JsonUtils;

/** Copies a profile field to a user attribute. */
public final class ClassLinkUserAttributeMapper extends AbstractIdentityProviderMapper implements ClassLinkMapper {

    static final String JSON_FIELD = AbstractJsonUserAttributeMapper.CONF_JSON_FIELD;
    static final String USER_ATTRIBUTE = AbstractJsonUserAttributeMapper.CONF_USER_ATTRIBUTE;

    private static final Logger LOG = Logger.getLogger(ClassLinkUserAttributeMapper.class);

    @Override
    public Description description() {
        ProviderConfigurationBuilder form = ProviderConfigurationBuilder.create();
        ClassLinkMapper.setting(form, "attribute", JSON_FIELD, ProviderConfigProperty.STRING_TYPE)
                .required(true)
                .defaultValue("SourcedId")
                .add();
        ClassLinkMapper.setting(
                        form, "attribute", USER_ATTRIBUTE, ProviderConfigProperty.USER_PROFILE_ATTRIBUTE_LIST_TYPE)
                .required(true)
                .add();
        return new Description(
                "classlink-user-attribute-mapper",
                "ClassLink Attribute",
                "Attribute Importer",
                "Copies a field of the ClassLink profile into a user attribute.",
                form.build());
    }

    /**
     * Runs at every login for every mapper before the user is changed, to merge the values of mappers with the same
     * target.
     */
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
            List<String> accepted = AcceptedValues.ofNewUser(session, realm, login.getUsername())
                    .all(attribute.get(), List.copyOf(all));
            if (!accepted.containsAll(all)) {
                logKept(realm, mapper, attribute.get(), "the realm's user profile does not accept the whole value");
            }
            // Must be an ArrayList: the first login serializes it with its class name.
            login.setUserAttribute(attribute.get(), new ArrayList<>(accepted));
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
            if (AcceptedValues.NAMES.contains(attribute)) {
                boolean trusted = Booleans.isTrue(login.getIdpConfig().isTrustEmail());
                values.stream()
                        .findFirst()
                        .flatMap(value -> AcceptedValues.write(session, realm, user, attribute, value, trusted))
                        .ifPresent(why -> logKept(realm, mapper, attribute, why));
                return;
            }
            try {
                if (values.isEmpty()) {
                    user.removeAttribute(attribute);
                } else {
                    user.setAttribute(attribute, values);
                }
            } catch (ReadOnlyException | ModelException e) {
                logKept(realm, mapper, attribute, "read-only or refused by Keycloak");
            }
        });
    }

    /** Logs the attribute name without the value. */
    private static void logKept(RealmModel realm, IdentityProviderMapperModel mapper, String attribute, String why) {
        LOG.infof(
                "A ClassLink value was changed or not stored; the login continues: %s. realm=%s, provider=%s, "
                        + "mapper=%s, attribute=%s",
                why, realm.getName(), mapper.getIdentityProviderAlias(), mapper.getName(), attribute);
    }

    /** Returns the target attribute; never the username, which a provider setting controls. */
    private static Optional<String> attribute(IdentityProviderMapperModel mapper) {
        Optional<String> attribute = Optional.ofNullable(mapper.getConfig().get(USER_ATTRIBUTE))
                .map(String::strip)
                .filter(name -> !name.isEmpty());
        if (attribute.filter(UserModel.USERNAME::equalsIgnoreCase).isPresent()) {
            LOG.warnf(
                    "Mapper '%s' does nothing: it cannot write the username. Use the provider's setting %s",
                    mapper.getName(), Setting.USERNAME_TEMPLATE.quoted());
            return Optional.empty();
        }
        if (attribute.isEmpty()) {
            LOG.warnf("Mapper '%s' does nothing: no user attribute is set", mapper.getName());
        }
        return attribute;
    }

    private static List<String> values(IdentityProviderMapperModel mapper, BrokeredIdentityContext login) {
        Optional<ObjectNode> document = ClassLinkMapper.profile(login).map(Profile::document);
        String path = Optional.ofNullable(mapper.getConfig().get(JSON_FIELD))
                .map(String::strip)
                .orElse("");
        try {
            ProfileFieldPath member = ProfileFieldPath.parse(path);
            document.flatMap(member::inOtherCase)
                    .ifPresent(sent -> LOG.warnf(
                            "Mapper '%s' does nothing: the profile has no field '%s', only '%s'. Field names "
                                    + "are case-sensitive",
                            mapper.getName(), path, sent));
            return document.map(member::read).orElse(List.of());
        } catch (IllegalArgumentException e) {
            LOG.warnf("Mapper '%s': Profile field %s", mapper.getName(), e.getMessage());
            return List.of();
        }
    }

    /**
     * A path in a profile document in the syntax of Keycloak's JSON mappers: {@code address.locality}, {@code
     * OrgId[0]}, and {@code \.} for a dot in a name.
     *
     * <p>Keycloak's implementation drops numbers in arrays and logs them, but ClassLink's IDs are numbers.
     */
    public static final class ProfileFieldPath {

        private static final Pattern STEP =
                Pattern.compile("(?<name>[^\\[\\]]+)(?:\\[(?<index>\\d{1,6})])?", Pattern.DOTALL);

        private final List<Step> steps;

        private ProfileFieldPath(List<Step> steps) {
            this.steps = steps;
        }

        /**
         * Parses a path.
         *
         * @throws IllegalArgumentException with a message for the administrator: the allowed input
         */
        public static ProfileFieldPath parse(String path) {
            List<String> parts = JsonUtils.splitClaimPath(path);
            if (parts.isEmpty() || path.startsWith(".") || path.endsWith(".") || path.contains("..")) {
                throw invalidPath();
            }
            List<Step> steps = parts.stream().map(ProfileFieldPath::step).toList();
            return new ProfileFieldPath(steps);
        }

        /**
         * Returns the strings, numbers and booleans at this path as strings, without blank ones; empty if the field is
         * absent.
         */
        List<String> read(JsonNode document) {
            JsonNode node = document;
            for (Step step : steps) {
                node = step.from(node);
            }
            Stream<JsonNode> values =
                    node.isArray() ? StreamSupport.stream(node.spliterator(), false) : Stream.of(node);
            return values.filter(value -> value.isValueNode() && !value.isNull())
                    .map(JsonNode::asText)
                    .map(String::strip)
                    .filter(value -> !value.isEmpty())
                    .distinct()
                    .toList();
        }

        /** If the first field is absent, returns a field whose name differs only in case. */
        Optional<String> inOtherCase(ObjectNode document) {
            String name = steps.get(0).name();
            return document.has(name)
                    ? Optional.empty()
                    : document.properties().stream()
                            .map(Map.Entry::getKey)
                            .filter(name::equalsIgnoreCase)
                            .findFirst();
        }

        private static Step step(String part) {
            Matcher matcher = STEP.matcher(part);
            if (!matcher.matches()) {
                throw invalidPath();
            }
            String index = matcher.group("index");
            return new Step(
                    matcher.group("name"),
                    index == null ? OptionalInt.empty() : OptionalInt.of(Integer.parseInt(index)));
        }

        private static IllegalArgumentException invalidPath() {
            return new IllegalArgumentException(
                    "is not a path such as Role, address.locality or OrgId[0]: use names separated by '.', and "
                            + "[n] for an array element");
        }

        private record Step(String name, OptionalInt index) {

            JsonNode from(JsonNode node) {
                JsonNode member = node.path(name);
                return index.isPresent() ? member.path(index.getAsInt()) : member;
            }
        }
    }
}
