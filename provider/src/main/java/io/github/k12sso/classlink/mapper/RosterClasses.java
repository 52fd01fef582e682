package io.github.k12sso.classlink.mapper;

import com.fasterxml.jackson.databind.node.ArrayNode;
import io.github.k12sso.classlink.profile.RosterClass;
import io.github.k12sso.classlink.profile.RosterClass.Detail;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.keycloak.broker.provider.BrokeredIdentityContext;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;

/**
 * Passes the user's current classes from the callback, which has the access token, to group and protocol mappers. The
 * roster is read at most once per login, only if a mapper needs it, and before the first login flow, which may show
 * pages and store the login as JSON.
 */
public final class RosterClasses {

    private static final String CONTEXT_KEY = "classlink.roster-classes";
    private static final String SOURCE = "classlink.ask-roster-classes";

    private RosterClasses() {}

    /** Reads the roster. */
    @FunctionalInterface
    public interface Source {

        /** Returns the classes; empty if they could not be read, an empty list if the user has none. */
        Optional<List<RosterClass>> read(Set<Detail> details);
    }

    /** Offers a source to this login. It is called at most once. */
    public static void offer(KeycloakSession session, Source source) {
        session.setAttribute(SOURCE, source);
    }

    /** Reads the classes if a token mapper needs them. Group mappers call {@link #fetch} themselves. */
    public static void fetchForTokens(KeycloakSession session, BrokeredIdentityContext login) {
        if (SessionClasses.Value.areOfRoster(SessionClasses.wanted(session, login.getAuthenticationSession()))) {
            fetch(session, login);
        }
    }

    /** Reads the classes with all details that a mapper needs, and keeps them for the mappers of this login. */
    static void fetch(KeycloakSession session, BrokeredIdentityContext login) {
        if (!(session.removeAttribute(SOURCE) instanceof Source source)) {
            return;
        }
        List<String> templates = templates(session, login.getIdpConfig().getAlias());
        Set<SessionClasses.Value> values = SessionClasses.wanted(session, login.getAuthenticationSession());
        Set<Detail> details = EnumSet.noneOf(Detail.class);
        for (Detail detail : Detail.values()) {
            if (templates.stream().anyMatch(detail::isIn)) {
                details.add(detail);
            }
        }
        if (values.contains(SessionClasses.Value.SCHOOL)) {
            details.add(Detail.SCHOOL);
        }
        source.read(details).ifPresent(classes -> login.getContextData().put(CONTEXT_KEY, RosterClass.write(classes)));
    }

    /** Returns whether a mapper of the provider, a client scope or a client of the realm uses classes. */
    public static boolean areUsed(KeycloakSession session, String alias) {
        RealmModel realm = session.getContext().getRealm();
        return !templates(session, alias).isEmpty()
                || SessionClasses.Value.areOfRoster(SessionClasses.wanted(realm, realm.getClientsStream()));
    }

    private static List<String> templates(KeycloakSession session, String alias) {
        return session.identityProviders()
                .getMappersByAliasStream(alias)
                .flatMap(mapper -> ClassLinkGroupMapper.templateForClasses(mapper).stream())
                .toList();
    }

    /** Returns the classes of this login; empty if unknown, an empty list if there are none. */
    static Optional<List<RosterClass>> of(BrokeredIdentityContext login) {
        return login.getContextData().get(CONTEXT_KEY) instanceof ArrayNode list
                ? RosterClass.readAll(list)
                : Optional.empty();
    }
}
