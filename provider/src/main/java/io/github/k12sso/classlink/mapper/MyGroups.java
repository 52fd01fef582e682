package io.github.k12sso.classlink.mapper;

import com.fasterxml.jackson.databind.node.ArrayNode;
import io.github.k12sso.classlink.profile.ClassLinkGroup;
import java.util.List;
import java.util.Optional;
import org.keycloak.broker.provider.BrokeredIdentityContext;
import org.keycloak.models.KeycloakSession;

/**
 * The person's groups at ClassLink, on their way from the callback, where the access token is, to the mappers. ClassLink is
 * asked when the first mapper wants them, before anything else is done with the login: then the first login may show pages,
 * and Keycloak keeps the login as JSON.
 */
public final class MyGroups {

    private static final String CONTEXT_KEY = "classlink.my-groups";
    private static final String SOURCE = "classlink.ask-my-groups";

    private MyGroups() {}

    /** A call to ClassLink. */
    @FunctionalInterface
    public interface Source {

        /** Empty if ClassLink does not tell. */
        Optional<List<ClassLinkGroup>> fetch();
    }

    /** Lets the mappers of the login that this request is about ask; it is asked once at most. */
    public static void offer(KeycloakSession session, Source source) {
        session.setAttribute(SOURCE, source);
    }

    /** Asks, and keeps the answer for the mappers of this login. */
    static void fetch(KeycloakSession session, BrokeredIdentityContext login) {
        if (session.removeAttribute(SOURCE) instanceof Source source) {
            source.fetch().ifPresent(groups -> login.getContextData().put(CONTEXT_KEY, ClassLinkGroup.write(groups)));
        }
    }

    /** Empty if ClassLink did not tell them; an empty list if there are none. */
    static Optional<List<ClassLinkGroup>> of(BrokeredIdentityContext login) {
        return login.getContextData().get(CONTEXT_KEY) instanceof ArrayNode list
                ? ClassLinkGroup.readAll(list)
                : Optional.empty();
    }
}
