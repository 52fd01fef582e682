package io.github.k12sso.classlink.oneroster.gateway;

import io.github.k12sso.classlink.http.Bulkheads;
import io.github.k12sso.classlink.http.UpstreamFailure;
import io.github.k12sso.classlink.keycloak.Clocks;
import io.github.k12sso.classlink.oneroster.client.OneRosterClient;
import io.github.k12sso.classlink.oneroster.client.RosterCredentials;
import io.github.k12sso.classlink.oneroster.client.RosterFailure;
import io.github.k12sso.classlink.oneroster.client.RosterFailure.Reason;
import io.github.k12sso.classlink.oneroster.client.RosterWays;
import io.github.k12sso.classlink.oneroster.client.SourceLists;
import io.github.k12sso.classlink.oneroster.client.SourceMemberships;
import io.github.k12sso.classlink.oneroster.gateway.RosterState.RosterSettings;
import io.github.k12sso.classlink.oneroster.policy.CurrentClasses;
import io.github.k12sso.classlink.oneroster.policy.Memberships.Row;
import io.github.k12sso.classlink.oneroster.policy.Policy.Caller;
import io.github.k12sso.classlink.oneroster.policy.Policy.Caller.Role;
import io.github.k12sso.classlink.oneroster.policy.Policy.Decision.Refusal;
import io.github.k12sso.classlink.oneroster.policy.RosterRequest.Links;
import io.github.k12sso.classlink.profile.Profile;
import io.github.k12sso.classlink.profile.Profile.TenantId;
import io.github.k12sso.classlink.profile.RosterClass;
import io.github.k12sso.classlink.profile.RosterClass.Detail;
import io.github.k12sso.classlink.settings.Setting.RosterMode;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;
import org.keycloak.models.KeycloakSession;

/**
 * Reads the user's classes during a login, with the same policy as the gateway. If the roster cannot be read, the login
 * continues and the classes are unknown.
 *
 * @param settings read on demand, because a stored value may be invalid
 * @param profile of this login, not of a stored record
 * @param accessToken the ClassLink token, for the access mode {@code user-token}
 */
public record ClassesAtLogin(
        KeycloakSession session, Supplier<RosterSettings> settings, Profile profile, String accessToken) {

    /** Time limit for the roster in a login, after the wait for a permit. */
    static final Duration TOTAL = Duration.ofSeconds(5);

    private static final Logger LOG = Logger.getLogger(ClassesAtLogin.class);
    private static final Set<Role> IN_CLASSES = Set.of(Role.STUDENT, Role.TEACHER);

    /**
     * Returns the user's classes. If they cannot be read, logs a warning and returns empty; an empty list if there are
     * none.
     */
    public Optional<List<RosterClass>> read(Set<Detail> details) {
        String why;
        try {
            return Optional.of(classes(settings.get(), details));
        } catch (RosterFailure e) {
            why = e.reason().name().toLowerCase(Locale.ROOT) + ": " + e.getMessage();
        } catch (UpstreamFailure.Unavailable e) {
            why = "busy: too many roster requests on this server are waiting for ClassLink";
        } catch (RuntimeException e) {
            why = "unexpected: " + e.getClass().getName();
            LOG.debug("Reading the classes of a person failed unexpectedly", e);
        }
        LOG.warnf(
                "The user's classes could not be read; the login continues. realm=%s, reason=classes_unavailable, %s",
                session.getContext().getRealm().getName(), why);
        return Optional.empty();
    }

    private List<RosterClass> classes(RosterSettings now, Set<Detail> details)
            throws RosterFailure, UpstreamFailure.Unavailable {
        if (now.mode() == RosterMode.OFF) {
            throw new RosterFailure(Reason.ROSTER_OFF, "The roster API is disabled for this provider");
        }
        TenantId tenant = profile.tenantId()
                .orElseThrow(() ->
                        new RosterFailure(Reason.DISTRICT_MISSING, "ClassLink sent no district at the user's login"));
        Caller person = person();
        if (Collections.disjoint(person.roles(), IN_CLASSES)) {
            return List.of();
        }
        try (Bulkheads.Place place = now.upstream().enter(Bulkheads.Group.ROSTERS)) {
            return classes(now, tenant, person, details);
        }
    }

    private Caller person() throws RosterFailure {
        Caller person = Caller.ofPerson(profile.sourcedId().map(Object::toString), profile.roles());
        if (profile.roles().isEmpty()) {
            throw new RosterFailure(Reason.REFUSED, "ClassLink sent no role at the user's login");
        }
        if (person.sourcedId().isEmpty()) {
            throw new RosterFailure(Reason.REFUSED, Refusal.NO_ROSTER_IDENTITY.description());
        }
        return person;
    }

    private List<RosterClass> classes(RosterSettings now, TenantId tenant, Caller person, Set<Detail> details)
            throws RosterFailure {
        RosterState.Source source = RosterState.Source.of(
                session, now, tenant, () -> RosterCredentials.UserToken.issued(now.rosterUrl(), accessToken), TOTAL);
        // Uses separate circuit breakers, because the short time limit of a login must not affect other requests.
        OneRosterClient client = new OneRosterClient(
                now.upstream(),
                source.credentials(),
                new Links(""),
                now.state().silences().of("login " + source.partner() + " " + tenant),
                TOTAL);
        SourceLists.Source reader = client.reader(session.getKeycloakSessionFactory(), () -> new Links(""));
        SourceLists own = new SourceLists(reader, SourceLists.Known.nothing(), "");
        SourceLists timetable = new SourceLists(reader, now.state().lists(), source.district() + " timetable");
        List<CurrentClasses.Own> current = new CurrentClasses<>(
                        new SourceMemberships(
                                new RosterWays(own, now.state().support(), source.partner() + " " + tenant)),
                        timetable::objects,
                        LocalDate.ofInstant(Clocks.keycloak().instant(), ZoneOffset.UTC))
                .of(person);
        if (current.size() > RosterClass.MAX_CLASSES) {
            throw new RosterFailure(
                    Reason.SOURCE_BROKEN,
                    "The roster lists more than " + RosterClass.MAX_CLASSES + " current classes for one user");
        }
        return described(current, timetable, details);
    }

    private static List<RosterClass> described(
            List<CurrentClasses.Own> current, SourceLists timetable, Set<Detail> details) throws RosterFailure {
        Map<String, String> courses =
                details.contains(Detail.COURSE) ? texts(timetable, "courses", current, "course", "title") : Map.of();
        Map<String, String> schools =
                details.contains(Detail.SCHOOL) ? texts(timetable, "orgs", current, "school", "name") : Map.of();
        return current.stream()
                .map(each -> new RosterClass(
                        each.id(),
                        each.text("title"),
                        each.text("classCode"),
                        each.reference("course").map(courses::get),
                        each.reference("school"),
                        each.reference("school").map(schools::get),
                        each.term(),
                        each.teaches() ? RosterClass.Role.TEACHER : RosterClass.Role.STUDENT))
                .toList();
    }

    private static Map<String, String> texts(
            SourceLists timetable, String collection, List<CurrentClasses.Own> of, String reference, String member)
            throws RosterFailure {
        Set<String> ids =
                of.stream().flatMap(each -> each.reference(reference).stream()).collect(Collectors.toSet());
        Map<String, String> texts = new HashMap<>();
        for (Row row : timetable.objects(collection, ids)) {
            Optional.ofNullable(row.read().path(member).textValue())
                    .ifPresent(text -> texts.put(row.sourcedId(), text));
        }
        return texts;
    }
}
