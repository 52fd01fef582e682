package io.github.k12sso.classlink.mapper;

import io.github.k12sso.classlink.keycloak.KeycloakLine;
import io.github.k12sso.classlink.mapper.SessionClasses.Kept;
import io.github.k12sso.classlink.mapper.SessionClasses.Value;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.keycloak.models.ClientSessionContext;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.ProtocolMapperContainerModel;
import org.keycloak.models.ProtocolMapperModel;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserSessionModel;
import org.keycloak.protocol.ProtocolMapperConfigException;
import org.keycloak.protocol.oidc.mappers.AbstractOIDCProtocolMapper;
import org.keycloak.protocol.oidc.mappers.OIDCAccessTokenMapper;
import org.keycloak.protocol.oidc.mappers.OIDCAttributeMapperHelper;
import org.keycloak.protocol.oidc.mappers.OIDCIDTokenMapper;
import org.keycloak.protocol.oidc.mappers.TokenIntrospectionTokenMapper;
import org.keycloak.protocol.oidc.mappers.UserInfoTokenMapper;
import org.keycloak.provider.ProviderConfigProperty;
import org.keycloak.provider.ProviderConfigurationBuilder;
import org.keycloak.representations.IDToken;

/**
 * Adds a claim with the user's classes, schools or district, as of the last ClassLink login. Lists are never truncated:
 * a value over the mapper's limit is omitted, and a claim with the suffix {@code _omitted} is true instead.
 */
public final class ClaimMapper extends AbstractOIDCProtocolMapper
        implements OIDCAccessTokenMapper,
                OIDCIDTokenMapper,
                UserInfoTokenMapper,
                TokenIntrospectionTokenMapper,
                KeycloakLine.Dependent {

    static final String ID = "oidc-classlink-mapper";
    static final String VALUE = "classlink.value";
    static final String LIMIT = "classlink.limit";

    /** In bytes. The id_token is part of the logout URL, which some servers limit to 4096 bytes. */
    static final int DEFAULT_LIMIT = 2048;

    private static final String OMITTED = "_omitted";

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
        return TOKEN_MAPPER_CATEGORY;
    }

    @Override
    public String getHelpText() {
        return "Adds a claim with the user's current classes, their schools or the user's district, as of the "
                + "last ClassLink login. The claim is absent if the user did not sign in with ClassLink or if "
                + "the roster could not be read.";
    }

    @Override
    public List<ProviderConfigProperty> getConfigProperties() {
        ProviderConfigurationBuilder form = ProviderConfigurationBuilder.create();
        setting(form, VALUE, ProviderConfigProperty.LIST_TYPE)
                .options(Arrays.stream(Value.values()).map(Value::word).toList())
                .defaultValue(Value.CLASSES.word())
                .add();
        setting(form, LIMIT, ProviderConfigProperty.STRING_TYPE)
                .defaultValue(Integer.toString(DEFAULT_LIMIT))
                .add();
        List<ProviderConfigProperty> all = new ArrayList<>(form.build());
        OIDCAttributeMapperHelper.addTokenClaimNameConfig(all);
        OIDCAttributeMapperHelper.addIncludeInTokensConfig(all, ClaimMapper.class);
        return all;
    }

    /** Starts a setting of the form. Texts are in {@code theme-resources/messages}. */
    static ProviderConfigurationBuilder.ProviderConfigPropertyBuilder setting(
            ProviderConfigurationBuilder form, String name, String type) {
        String key = name.replace("classlink.", "classlink.claim.");
        return form.property()
                .name(name)
                .label(key + ".label")
                .helpText(key + ".help")
                .type(type);
    }

    @Override
    public void validateConfig(
            KeycloakSession session, RealmModel realm, ProtocolMapperContainerModel client, ProtocolMapperModel mapper)
            throws ProtocolMapperConfigException {
        if (value(mapper).isEmpty()) {
            throw new ProtocolMapperConfigException("Value must be classes, school or district");
        }
        String limit = mapper.getConfig().get(LIMIT);
        if (limit != null && !limit.isBlank() && limit(mapper).isEmpty()) {
            throw new ProtocolMapperConfigException(
                    "Size limit must be a whole number from 1 to " + SessionClasses.MAX_BYTES);
        }
    }

    /** Returns the mapper's value; empty if the setting is invalid. */
    static Optional<Value> value(ProtocolMapperModel mapper) {
        String word = mapper.getConfig().get(VALUE);
        return word == null || word.isBlank() ? Optional.of(Value.CLASSES) : Value.of(word.strip());
    }

    private static Optional<Integer> limit(ProtocolMapperModel mapper) {
        String text = mapper.getConfig().getOrDefault(LIMIT, "").strip();
        return Optional.of(text)
                .filter(number -> number.matches("[1-9][0-9]{0,4}"))
                .map(Integer::valueOf)
                .filter(number -> number <= SessionClasses.MAX_BYTES);
    }

    @Override
    protected void setClaim(
            IDToken token,
            ProtocolMapperModel mapper,
            UserSessionModel userSession,
            KeycloakSession session,
            ClientSessionContext clientSession) {
        Optional<Kept> kept = value(mapper).flatMap(value -> SessionClasses.of(userSession, value));
        if (kept.isEmpty()) {
            return;
        }
        int limit = limit(mapper).orElse(DEFAULT_LIMIT);
        kept.get()
                .json()
                .filter(json -> SessionClasses.size(json.toString()) <= limit)
                .ifPresentOrElse(
                        json -> OIDCAttributeMapperHelper.mapClaim(token, named(mapper, ""), json),
                        () -> OIDCAttributeMapperHelper.mapClaim(token, named(mapper, OMITTED), true));
    }

    /** Returns a model with the JSON type, so Keycloak writes the value unchanged. */
    private static ProtocolMapperModel named(ProtocolMapperModel mapper, String ending) {
        ProtocolMapperModel named = new ProtocolMapperModel();
        named.setName(mapper.getName());
        String name = Optional.ofNullable(mapper.getConfig().get(OIDCAttributeMapperHelper.TOKEN_CLAIM_NAME))
                .filter(text -> !text.isBlank())
                .orElseGet(() -> value(mapper).map(Value::word).orElse(""));
        named.setConfig(Map.of(OIDCAttributeMapperHelper.TOKEN_CLAIM_NAME, name + ending));
        return named;
    }
}
