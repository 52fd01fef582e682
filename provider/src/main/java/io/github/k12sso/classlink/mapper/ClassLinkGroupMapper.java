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

/** A person becomes a member of the group that a template makes of the profile, and leaves the one of the login before. */
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
        }
    }

    /** Only joins: all that a new user is a member of was given a moment ago, by Keycloak's own mappers, say. */
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

    /** The template of a mapper that puts people into groups after their classes. */
    static Optional<String> templateForClasses(IdentityProviderMapperModel mapper) {
        return Optional.of(mapper)
                .filter(each -> ID.equals(each.getIdentityProviderMapper())
                        && source(each).equals(ROSTER_CLASSES))
                .map(each -> each.getConfig().getOrDefault(GROUP_TEMPLATE, ""));
    }

    /** The paths of the user's groups; empty if nothing is known about them: then the memberships stay as they are. */
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
     * The person's groups at ClassLink, on their way from the callback, where the access token is, to the mappers. ClassLink is
     * asked when the first mapper wants them, before anything else is done with the login: then the first login may show pages,
     * and Keycloak keeps the login as JSON.
     */
    public static final class MyGroups {

        private static final String CONTEXT_KEY = "classlink.my-groups";
        private static final String SOURCE = "classlink.ask-my-groups";

        private MyGroups() {}

        /** A call to ClassLink. */
        @FunctionalInterface
        public interface Source {

            /** Empty if ClassLink sends no list. */
            Optional<List<ClassLinkGroup>> fetch();
        }

        /** Lets the mappers of the login that this request is about ask; it is asked once at most. */
        public static void offer(KeycloakSession session, Source source) {
            session.setAttribute(SOURCE, source);
        }

        /** Asks, and keeps the answer for the mappers of this login. */
        static void fetch(KeycloakSession session, BrokeredIdentityContext login) {
            if (session.removeAttribute(SOURCE) instanceof Source source) {
                source.fetch()
                        .ifPresent(groups -> login.getContextData().put(CONTEXT_KEY, ClassLinkGroup.write(groups)));
            }
        }

        /** Empty if ClassLink sent no list; an empty list if there are none. */
        static Optional<List<ClassLinkGroup>> of(BrokeredIdentityContext login) {
            return login.getContextData().get(CONTEXT_KEY) instanceof ArrayNode list
                    ? ClassLinkGroup.readAll(list)
                    : Optional.empty();
        }
    }
}
