package io.github.k12sso.classlink.mapper;

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
                .label("Group template")
                .helpText(
                        "Path of the group, such as /districts/${tenant_name}/${role}: it starts with a fixed name and has "
                                + "at most 6. Placeholders: ${tenant_id} ${tenant_name} ${building} ${state} ${role} "
                                + "${sourced_id} ${login_id} ${user_id} ${email} ${first_name} ${last_name}. If ClassLink sends "
                                + "no value for one of them, or an empty one, there is no group: at later logins the person leaves "
                                + "the former one (sync modes force and legacy) or stays (import). With force and legacy, groups "
                                + "that the template could have named are the mappers' alone: joined by hand, they are left at the "
                                + "next login.")
                .type(ProviderConfigProperty.STRING_TYPE)
                .required(true)
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
        template(mapper).ifPresent(template -> follow(template, new GroupsOnDemand(session, realm), user, login));
    }

    private static void follow(
            GroupTemplate template, GroupsOnDemand groups, UserModel user, BrokeredIdentityContext login) {
        List<GroupModel> former = user.getGroupsStream()
                .filter(group -> template.makes(GroupsOnDemand.namesOf(group)))
                .toList();
        LoginProfile.of(login).flatMap(template::apply).flatMap(groups::reach).ifPresent(group -> {
            login.addMapperAssignedGroup(group.getId());
            user.joinGroup(group);
        });
        former.stream()
                .filter(group -> !login.hasMapperAssignedGroup(group.getId()))
                .forEach(user::leaveGroup);
    }

    private static Optional<GroupTemplate> template(IdentityProviderMapperModel mapper) {
        String text = Optional.ofNullable(mapper.getConfig().get(GROUP_TEMPLATE))
                .map(String::strip)
                .orElse("");
        try {
            return Optional.of(GroupTemplate.parse(text));
        } catch (IllegalArgumentException e) {
            LOG.warnf("Mapper '%s': Group template %s", mapper.getName(), e.getMessage());
            return Optional.empty();
        }
    }
}
