package io.github.k12sso.classlink.idp;

import io.github.k12sso.classlink.settings.ClassLinkIdentityProviderConfig;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.keycloak.broker.provider.BrokeredIdentityContext;
import org.keycloak.broker.provider.IdentityProviderMapper;
import org.keycloak.broker.provider.IdentityProviderMapperSyncModeDelegate;
import org.keycloak.models.ClientModel;
import org.keycloak.models.GroupModel;
import org.keycloak.models.IdentityProviderMapperModel;
import org.keycloak.models.IdentityProviderSyncMode;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.OrganizationModel;
import org.keycloak.models.RealmModel;
import org.keycloak.models.RoleModel;
import org.keycloak.models.UserModel;
import org.keycloak.models.utils.KeycloakModelUtils;
import org.keycloak.organization.OrganizationProvider;
import org.keycloak.organization.utils.Organizations;

/** Reports what each mapper would do: runs the mappers and compares the user before and after. */
final class TrialMappers {

    /** Mapper settings that contain the name of the target attribute. */
    private static final List<String> ATTRIBUTE_SETTINGS = List.of("userAttribute", "user.attribute", "attribute");

    private final KeycloakSession session;
    private final RealmModel realm;
    private final TrialReport report;
    private final List<IdentityProviderMapperModel> models;

    TrialMappers(KeycloakSession session, ClassLinkIdentityProviderConfig config, TrialReport report) {
        this.session = session;
        this.realm = session.getContext().getRealm();
        this.report = report;
        this.models = session.identityProviders()
                .getMappersByAliasStream(config.getAlias())
                .toList();
    }

    /** Runs the mappers' preprocessing, as Keycloak does before it looks up the user. */
    void preprocess(BrokeredIdentityContext person) {
        models.forEach(model ->
                mapper(model).ifPresent(mapper -> mapper.preprocessFederatedIdentity(session, realm, model, person)));
    }

    private Optional<IdentityProviderMapper> mapper(IdentityProviderMapperModel model) {
        return Optional.ofNullable((IdentityProviderMapper) session.getKeycloakSessionFactory()
                .getProviderFactory(IdentityProviderMapper.class, model.getIdentityProviderMapper()));
    }

    /** Runs the mappers in Keycloak's order: all import a new user, then those with the sync mode "force" update it. */
    void run(UserModel user, BrokeredIdentityContext person, boolean isNew) {
        Map<IdentityProviderMapperModel, Map<String, String>> results = new LinkedHashMap<>();
        models.forEach(
                model -> results.put(model, new LinkedHashMap<>(Map.of("type", model.getIdentityProviderMapper()))));
        if (isNew) {
            models.stream()
                    .filter(model -> !isForced(model))
                    .forEach(model -> watch(
                            results.get(model),
                            user,
                            model,
                            mapper -> mapper.importNewUser(session, realm, user, model, person)));
        }
        models.forEach(model -> watch(
                results.get(model),
                user,
                model,
                mapper -> IdentityProviderMapperSyncModeDelegate.delegateUpdateBrokeredUser(
                        session, realm, user, model, person, mapper)));
        results.forEach((model, values) -> {
            attribute(model).ifPresent(name -> values.put("attribute " + name, value(user, name)));
            report.add(
                    "mapper " + model.getName(),
                    values.containsKey("error") ? TrialReport.FAILED : TrialReport.OK,
                    values);
        });
        State after = new State(session, user);
        Map<String, String> all = new LinkedHashMap<>();
        after.sets.forEach((name, values) -> all.put(name, report.personal(String.join(", ", values))));
        report.add("user-afterwards", TrialReport.OK, all);
    }

    private static boolean isForced(IdentityProviderMapperModel model) {
        return IdentityProviderMapperSyncModeDelegate.combineIdpAndMapperSyncMode(
                        IdentityProviderSyncMode.IMPORT, model.getSyncMode())
                == IdentityProviderSyncMode.FORCE;
    }

    private static Optional<String> attribute(IdentityProviderMapperModel model) {
        return ATTRIBUTE_SETTINGS.stream()
                .map(model.getConfig()::get)
                .filter(name -> name != null && !name.isBlank())
                .map(String::strip)
                .findFirst();
    }

    private String value(UserModel user, String attribute) {
        return user.getAttributeStream(attribute).map(report::id).collect(Collectors.joining(", "));
    }

    private void watch(
            Map<String, String> result,
            UserModel user,
            IdentityProviderMapperModel model,
            Consumer<IdentityProviderMapper> work) {
        Optional<IdentityProviderMapper> mapper = mapper(model);
        if (mapper.isEmpty()) {
            result.put("error", "the mapper type is not installed");
            return;
        }
        State before = new State(session, user);
        try {
            work.accept(mapper.get());
        } catch (RuntimeException e) {
            // The message may contain personal data. A regular login would fail here.
            result.put("error", e.getClass().getName());
        }
        State after = new State(session, user);
        after.sets.forEach((name, values) -> {
            put(result, name + " added", values, before.sets.get(name));
            put(result, name + " removed", before.sets.get(name), values);
        });
    }

    private void put(Map<String, String> result, String name, Set<String> these, Set<String> butThose) {
        Set<String> rest = new TreeSet<>(these);
        rest.removeAll(butThose);
        if (!rest.isEmpty()) {
            result.put(name, report.personal(String.join(", ", rest)));
        }
    }

    /** The roles, groups and organizations of the user. */
    private static final class State {

        private final Map<String, Set<String>> sets = new LinkedHashMap<>();

        State(KeycloakSession session, UserModel user) {
            put("roles", user.getRoleMappingsStream(), State::name);
            // Excludes the internal group of an organization, which has a random name.
            put(
                    "groups",
                    user.getGroupsStream().filter(group -> group.getType() == GroupModel.Type.REALM),
                    KeycloakModelUtils::buildGroupPath);
            if (Organizations.isEnabled(session)) {
                put(
                        "organizations",
                        session.getProvider(OrganizationProvider.class).getByMember(user),
                        OrganizationModel::getName);
            }
        }

        private <T> void put(String name, Stream<T> all, Function<T, String> text) {
            sets.put(name, all.map(text).collect(Collectors.toCollection(TreeSet::new)));
        }

        private static String name(RoleModel role) {
            return role.getContainer() instanceof ClientModel client
                    ? client.getClientId() + "." + role.getName()
                    : role.getName();
        }
    }
}
