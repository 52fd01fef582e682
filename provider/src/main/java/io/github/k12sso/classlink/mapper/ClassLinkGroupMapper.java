package io.github.k12sso.classlink.mapper;

import io.github.k12sso.classlink.profile.ClassLinkGroup;
import io.github.k12sso.classlink.profile.Profile;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jboss.logging.Logger;
import org.keycloak.broker.provider.AbstractIdentityProviderMapper;
import org.keycloak.broker.provider.BrokeredIdentityContext;
import org.keycloak.models.GroupModel;
import org.keycloak.models.IdentityProviderMapperModel;
import org.keycloak.models.IdentityProviderSyncMode;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;
import org.keycloak.provider.ProviderConfigProperty;
import org.keycloak.provider.ProviderConfigurationBuilder;

/** A person becomes a member of the group that a template makes of the profile, and leaves the one of the login before. */
public final class ClassLinkGroupMapper extends AbstractIdentityProviderMapper {

    static final String ID = "classlink-group-mapper";
    static final String GROUP_TEMPLATE = "groupTemplate";
    static final String GROUP_SOURCE = "groupSource";
    static final String PROFILE = "profile";
    static final String MY_GROUPS = "my-groups";

    private static final Logger LOG = Logger.getLogger(ClassLinkGroupMapper.class);

    @Override
    public String getId() {
        return ID;
    }

    @Override
    public String getDisplayType() {
        return "ClassLink Group";
    }

    @Override
    public String getDisplayCategory() {
        return "Group Importer";
    }

    @Override
    public String getHelpText() {
        return "Puts people into a group that is named after their profile, such as their district's, and makes the group "
                + "if it is missing.";
    }

    @Override
    public String[] getCompatibleProviders() {
        return Compatibility.classLinkOnly();
    }

    @Override
    public boolean supportsSyncMode(IdentityProviderSyncMode syncMode) {
        return Arrays.asList(IdentityProviderSyncMode.values()).contains(syncMode);
    }

    @Override
    public List<ProviderConfigProperty> getConfigProperties() {
        return ProviderConfigurationBuilder.create()
                .property()
                .name(GROUP_TEMPLATE)
                .label(MapperTexts.label("group", GROUP_TEMPLATE))
                .helpText(MapperTexts.help("group", GROUP_TEMPLATE))
                .type(ProviderConfigProperty.STRING_TYPE)
                .required(true)
                .add()
                .property()
                .name(GROUP_SOURCE)
                .label(MapperTexts.label("group", GROUP_SOURCE))
                .helpText(MapperTexts.help("group", GROUP_SOURCE))
                .type(ProviderConfigProperty.LIST_TYPE)
                .options(PROFILE, MY_GROUPS)
                .defaultValue(PROFILE)
                .add()
                .build();
    }

    @Override
    public void importNewUser(
            KeycloakSession session,
            RealmModel realm,
            UserModel user,
            IdentityProviderMapperModel mapper,
            BrokeredIdentityContext login) {
        updateBrokeredUser(session, realm, user, mapper, login);
    }

    @Override
    public void updateBrokeredUser(
            KeycloakSession session,
            RealmModel realm,
            UserModel user,
            IdentityProviderMapperModel mapper,
            BrokeredIdentityContext login) {
        Optional<List<ClassLinkGroup>> myGroups = MyGroups.of(login);
        if (asksForMyGroups(mapper) && myGroups.isEmpty()) {
            return; // ClassLink did not tell, which the log says: nobody joins and nobody leaves
        }
        template(mapper).ifPresent(template -> {
            List<List<String>> paths = LoginProfile.of(login)
                    .map(profile -> asksForMyGroups(mapper)
                            ? paths(template, profile, myGroups.get())
                            : template.apply(profile).stream().toList())
                    .orElse(List.of());
            follow(template, paths, new GroupsOnDemand(session, realm), user, login);
        });
    }

    /** One of the provider's settings says that ClassLink must be asked for the person's groups. */
    static boolean asksForMyGroups(IdentityProviderMapperModel mapper) {
        return MY_GROUPS.equals(mapper.getConfig().get(GROUP_SOURCE));
    }

    private static List<List<String>> paths(GroupTemplate template, Profile profile, List<ClassLinkGroup> myGroups) {
        return myGroups.stream()
                .flatMap(group -> template.apply(profile, group).stream())
                .distinct()
                .toList();
    }

    private static void follow(
            GroupTemplate template,
            List<List<String>> paths,
            GroupsOnDemand groups,
            UserModel user,
            BrokeredIdentityContext login) {
        List<GroupModel> former = user.getGroupsStream()
                .filter(group -> template.makes(GroupsOnDemand.namesOf(group)))
                .toList();
        for (List<String> path : paths) {
            groups.reach(path).ifPresent(group -> {
                login.addMapperAssignedGroup(group.getId());
                user.joinGroup(group);
            });
        }
        former.stream()
                .filter(group -> !login.hasMapperAssignedGroup(group.getId()))
                .forEach(user::leaveGroup);
    }

    private static Optional<GroupTemplate> template(IdentityProviderMapperModel mapper) {
        String text = Optional.ofNullable(mapper.getConfig().get(GROUP_TEMPLATE))
                .map(String::strip)
                .orElse("");
        try {
            return Optional.of(
                    asksForMyGroups(mapper) ? GroupTemplate.parseForMyGroups(text) : GroupTemplate.parse(text));
        } catch (IllegalArgumentException e) {
            LOG.warnf("Mapper '%s': Group template %s", mapper.getName(), e.getMessage());
            return Optional.empty();
        }
    }
}
