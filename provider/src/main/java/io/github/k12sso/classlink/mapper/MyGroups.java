package io.github.k12sso.classlink.mapper;

import com.fasterxml.jackson.databind.node.ArrayNode;
import io.github.k12sso.classlink.profile.ClassLinkGroup;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.keycloak.broker.provider.BrokeredIdentityContext;
import org.keycloak.models.IdentityProviderMapperModel;

/**
 * The person's groups at ClassLink, on their way from the callback, where the access token is, to the mappers. Between them
 * the first login may show pages, and Keycloak keeps the login as JSON.
 */
public final class MyGroups {

    private static final String CONTEXT_KEY = "classlink.my-groups";

    private MyGroups() {}

    /** Whether one of a provider's mappers decides by them. */
    public static boolean neededBy(Stream<IdentityProviderMapperModel> mappers) {
        return mappers.filter(mapper -> ClassLinkGroupMapper.ID.equals(mapper.getIdentityProviderMapper()))
                .anyMatch(ClassLinkGroupMapper::asksForMyGroups);
    }

    /** Keeps them for the mappers of this login. */
    public static void keep(List<ClassLinkGroup> groups, BrokeredIdentityContext login) {
        login.getContextData().put(CONTEXT_KEY, ClassLinkGroup.write(groups));
    }

    /** Empty if ClassLink did not tell them; an empty list if there are none. */
    static Optional<List<ClassLinkGroup>> of(BrokeredIdentityContext login) {
        return login.getContextData().get(CONTEXT_KEY) instanceof ArrayNode list
                ? ClassLinkGroup.readAll(list)
                : Optional.empty();
    }
}
