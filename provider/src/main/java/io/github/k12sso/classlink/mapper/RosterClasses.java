package io.github.k12sso.classlink.mapper;

import com.fasterxml.jackson.databind.node.ArrayNode;
import io.github.k12sso.classlink.profile.RosterClass;
import io.github.k12sso.classlink.profile.RosterClass.Detail;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.keycloak.broker.provider.BrokeredIdentityContext;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.sessions.AuthenticationSessionModel;

/**
 * The person's current classes, on their way from the callback, where the access token is, to mappers of groups and of tokens. The
 * roster is asked once in a login, and only if one of them wants it, before anything else is done with the login: then the first
 * login may show pages, and Keycloak keeps the login as JSON.
 */
public final class RosterClasses {

    private static final String CONTEXT_KEY = "classlink.roster-classes";
    private static final String SOURCE = "classlink.ask-roster-classes";

    private RosterClasses() {}

    /** Reads of the roster. */
    @FunctionalInterface
    public interface Source {

        /** Empty if nothing is known; an empty list if the person is in no class now. */
        Optional<List<RosterClass>> read(Set<Detail> details);
    }

    /** Lets the login that this request is about ask; it is asked once at most. */
    public static void offer(KeycloakSession session, Source source) {
        session.setAttribute(SOURCE, source);
    }

    /** Asks if a mapper wants it, and keeps the answer for the mappers of this login. */
    public static void fetch(KeycloakSession session, BrokeredIdentityContext login) {
        AuthenticationSessionModel app = login.getAuthenticationSession();
        List<String> templates = templates(session, login.getIdpConfig().getAlias());
        Set<SessionClasses.Value> values = SessionClasses.wanted(app.getRealm(), Stream.of(app.getClient()));
        if (!(session.removeAttribute(SOURCE) instanceof Source source)
                || (templates.isEmpty() && !SessionClasses.Value.areOfRoster(values))) {
            return;
        }
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

    /** Whether a mapper of the provider, a client scope or a client of the realm has a use for classes. */
    public static boolean areWanted(KeycloakSession session, String alias) {
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

    /** Empty if nothing is known; an empty list if there are none. */
    static Optional<List<RosterClass>> of(BrokeredIdentityContext login) {
        return login.getContextData().get(CONTEXT_KEY) instanceof ArrayNode list
                ? RosterClass.readAll(list)
                : Optional.empty();
    }
}
