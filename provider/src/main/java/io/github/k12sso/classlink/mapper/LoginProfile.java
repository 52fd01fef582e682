package io.github.k12sso.classlink.mapper;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.k12sso.classlink.profile.Profile;
import io.github.k12sso.classlink.profile.ProfileUnreadable;
import java.util.Optional;
import org.keycloak.broker.oidc.mappers.AbstractJsonUserAttributeMapper;
import org.keycloak.broker.provider.BrokeredIdentityContext;

/** What ClassLink said at the login under way: the only thing that mappers decide by. */
final class LoginProfile {

    private LoginProfile() {}

    /** Empty if there is none; every mapper then does what it does when ClassLink sends no value. */
    static Optional<Profile> of(BrokeredIdentityContext login) {
        if (!(login.getContextData().get(AbstractJsonUserAttributeMapper.CONTEXT_JSON_NODE)
                instanceof ObjectNode document)) {
            return Optional.empty();
        }
        try {
            return Optional.of(Profile.read(document));
        } catch (ProfileUnreadable e) {
            return Optional.empty(); // the login itself reads the same document and would have ended there
        }
    }
}
