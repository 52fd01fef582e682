package io.github.k12sso.classlink.mapper;

import com.fasterxml.jackson.databind.node.ArrayNode;
import io.github.k12sso.classlink.profile.ClassLinkGroup;
import io.github.k12sso.classlink.profile.Profile;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jboss.logging.Logger;
import org.keycloak.broker.provider.AbstractIdentityProviderMapper;
import org.keycloak.broker.provider.BrokeredIdentityContext;
import org.keycloak.models.GroupModel;
import org.keycloak.models.IdentityProviderMapperModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;
import org.keycloak.provider.ProviderConfigProperty;
import org.keycloak.provider.ProviderConfigurationBuilder;

/**
 * Adds users to the group whose path results from a template, and removes them from the group of the previous login.
 */
public final class ClassLinkGroupMapper extends AbstractIdentityProviderMapper implements ClassLinkMapper {

    static final String GROUP_TEMPLATE = "groupTemplate";
    static final String GROUP_SOURCE = "groupSource";
    static final String PROFILE = "profile";
    static final String MY_GROUPS = "my-groups";
    static final String ROSTER_CLASSES = "roster-classes";
    static final String ID = "classlink-group-mapper";

    private static final Logger LOG = Logger.getLogger(ClassLinkGroupMapper.class);

    @Override
    public Description description() {
        ProviderConfigurationBuilder form = ProviderConfigurationBuilder.create();
        ClassLinkMapper.setting(form, "group", GROUP_TEMPLATE, ProviderConfigProperty.STRING_TYPE)
                .required(true)
                .defaultValue("/districts/${tenant_id}/${role}")
                .add();
        ClassLinkMapper.setting(form, "group", GROUP_SOURCE, ProviderConfigProperty.LIST_TYPE)
                .options(PROFILE, MY_GROUPS, ROSTER_CLASSES)
                .defaultValue(PROFILE)
                .add();
        return new Description(
                ID,
                "ClassLink Group",
                "Group Importer",
                "Adds users to groups that are named after their profile, their ClassLink groups or their classes. Missing "
                        + "groups are created.",
                form.build());
    }

    @Override
    public void preprocessFederatedIdentity(
            KeycloakSession session,
            RealmModel realm,
            IdentityProviderMapperModel mapper,
            BrokeredIdentityContext login) {
        if (source(mapper).equals(MY_GROUPS)) {
            MyGroups.fetch(session, login);
        } else if (templateForClasses(mapper).isPresent()) {
            RosterClasses.fetch(session, login);
        }
    }

    /** Only adds memberships: a new user's other memberships were just assigned, for example by Keycloak's mappers. */
    @Override
    public void importNewUser(
            KeycloakSession session,
            RealmModel realm,
            UserModel user,
            IdentityProviderMapperModel mapper,
            BrokeredIdentityContext login) {
        template(mapper)
                .ifPresent(template -> paths(template, mapper, login)
                        .ifPresent(paths -> ClassLinkMapper.change(
                                realm, mapper, () -> join(paths, groups(session, realm, login), user, login))));
    }

    @Override
    public void updateBrokeredUser(
            KeycloakSession session,
            RealmModel realm,
            UserModel user,
            IdentityProviderMapperModel mapper,
            BrokeredIdentityContext login) {
        template(mapper)
                .ifPresent(template -> paths(template, mapper, login).ifPresent(paths -> {
                    List<GroupModel> former = user.getGroupsStream()
                            .filter(group -> template.makes(GroupsOnDemand.namesOf(group)))
                            .toList();
                    ClassLinkMapper.change(realm, mapper, () -> {
                        join(paths, groups(session, realm, login), user, login);
                        former.stream()
                                .filter(group -> !login.hasMapperAssignedGroup(group.getId()))
                                .forEach(user::leaveGroup);
                    });
                }));
    }

    private static GroupsOnDemand groups(KeycloakSession session, RealmModel realm, BrokeredIdentityContext login) {
        return new GroupsOnDemand(session, realm, ClassLinkMapper.profile(login).flatMap(Profile::tenantId));
    }

    private static String source(IdentityProviderMapperModel mapper) {
        return Optional.ofNullable(mapper.getConfig().get(GROUP_SOURCE)).orElse(PROFILE);
    }

    /** Returns the template of a mapper with the source roster-classes. */
    static Optional<String> templateForClasses(IdentityProviderMapperModel mapper) {
        return Optional.of(mapper)
                .filter(each -> ID.equals(each.getIdentityProviderMapper())
                        && source(each).equals(ROSTER_CLASSES))
                .map(each -> each.getConfig().getOrDefault(GROUP_TEMPLATE, ""));
    }

    /** Returns the paths of the user's groups; empty if they are unknown, and memberships then stay unchanged. */
    private static Optional<List<List<String>>> paths(
            GroupTemplate template, IdentityProviderMapperModel mapper, BrokeredIdentityContext login) {
        Optional<Profile> profile = ClassLinkMapper.profile(login);
        return switch (source(mapper)) {
            case MY_GROUPS ->
                MyGroups.of(login)
                        .map(groups -> paths(groups, group -> profile.flatMap(known -> template.apply(known, group))));
            case ROSTER_CLASSES ->
                RosterClasses.of(login)
                        .map(classes -> paths(classes, each -> profile.flatMap(known -> template.apply(known, each))));
            default -> Optional.of(profile.flatMap(template::apply).stream().toList());
        };
    }

    private static <T> List<List<String>> paths(List<T> each, Function<T, Optional<List<String>>> path) {
        return each.stream().flatMap(one -> path.apply(one).stream()).distinct().toList();
    }

    private static void join(
            List<List<String>> paths, GroupsOnDemand groups, UserModel user, BrokeredIdentityContext login) {
        for (List<String> path : paths) {
            groups.join(user, path).ifPresent(login::addMapperAssignedGroup);
        }
    }

    private static Optional<GroupTemplate> template(IdentityProviderMapperModel mapper) {
        String text = Optional.ofNullable(mapper.getConfig().get(GROUP_TEMPLATE))
                .map(String::strip)
                .orElse("");
        try {
            return Optional.of(GroupTemplate.of(source(mapper), text));
        } catch (IllegalArgumentException e) {
            LOG.warnf("Mapper '%s': Group template %s", mapper.getName(), e.getMessage());
            return Optional.empty();
        }
    }

    /**
     * Passes the user's ClassLink groups from the callback, which has the access token, to the mappers. They are read
     * when the first mapper needs them, before the first login flow, which may show pages and store the login as JSON.
     */
    public static final class MyGroups {

        private static final String CONTEXT_KEY = "classlink.my-groups";
        private static final String SOURCE = "classlink.ask-my-groups";

        private MyGroups() {}

        /** A call to ClassLink. */
        @FunctionalInterface
        public interface Source {

            /** Returns the groups; empty if they could not be read. */
            Optional<List<ClassLinkGroup>> fetch();
        }

        /** Offers a source to the mappers of this login. It is called at most once. */
        public static void offer(KeycloakSession session, Source source) {
            session.setAttribute(SOURCE, source);
        }

        /** Reads the groups and keeps them for the mappers of this login. */
        static void fetch(KeycloakSession session, BrokeredIdentityContext login) {
            if (session.removeAttribute(SOURCE) instanceof Source source) {
                source.fetch()
                        .ifPresent(groups -> login.getContextData().put(CONTEXT_KEY, ClassLinkGroup.write(groups)));
            }
        }

        /** Returns the groups; empty if they could not be read, an empty list if there are none. */
        static Optional<List<ClassLinkGroup>> of(BrokeredIdentityContext login) {
            return login.getContextData().get(CONTEXT_KEY) instanceof ArrayNode list
                    ? ClassLinkGroup.readAll(list)
                    : Optional.empty();
        }
    }
}
