package io.github.k12sso.classlink.simulator.my;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.k12sso.classlink.simulator.district.District;
import io.github.k12sso.classlink.simulator.district.Districts;
import io.github.k12sso.classlink.simulator.district.Person;
import io.github.k12sso.classlink.simulator.district.PersonKind;
import io.github.k12sso.classlink.simulator.district.Persona;
import io.github.k12sso.classlink.simulator.fault.ErrorBodies;
import io.github.k12sso.classlink.simulator.http.Json;
import io.github.k12sso.classlink.simulator.http.ServerRequest;
import io.github.k12sso.classlink.simulator.http.ServerResponse;
import io.github.k12sso.classlink.simulator.oauth.Grant;
import io.github.k12sso.classlink.simulator.oauth.Tokens;
import io.github.k12sso.classlink.simulator.runtime.Switch;
import io.github.k12sso.classlink.simulator.runtime.Switches;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/**
 * nodeapi: data about the user, read with the user's token (docs/internals/classlink-protocol.md#profile,
 * #other-calls).
 */
public final class MyEndpoints {
    private static final Set<String> IDENTITY_SCOPES = Set.of("profile", "full");
    private static final Set<String> USERINFO_SCOPES = Set.of("openid", "profile", "full");

    private final Tokens tokens;
    private final Districts districts;
    private final Switches switches;
    private final Map<String, UnaryOperator<ObjectNode>> overrides = new ConcurrentHashMap<>();

    public MyEndpoints(Tokens tokens, Districts districts, Switches switches) {
        this.tokens = tokens;
        this.districts = districts;
        this.switches = switches;
    }

    /** Changes a persona's my/info document from now on. */
    public void override(String personaId, UnaryOperator<ObjectNode> change) {
        overrides.put(personaId, change);
    }

    public void clearOverrides() {
        overrides.clear();
    }

    public ServerResponse info(ServerRequest request) {
        return forUser(
                request,
                IDENTITY_SCOPES,
                persona -> ServerResponse.json(
                        200,
                        overrides
                                .getOrDefault(persona.id(), UnaryOperator.identity())
                                .apply(asSent(ProfileDocuments.info(persona)))));
    }

    public ServerResponse profileinfo(ServerRequest request) {
        return forUser(
                request,
                USERINFO_SCOPES,
                persona -> ServerResponse.json(200, asSent(ProfileDocuments.userinfo(persona))));
    }

    private ObjectNode asSent(ObjectNode document) {
        return switches.get(Switch.EMPTY_STRINGS) ? document : Json.withoutEmptyStrings(document);
    }

    /** Not in ClassLink: 404 unless the guide's profile is switched on. */
    public ServerResponse guideProfile(ServerRequest request) {
        if (!switches.get(Switch.GUIDE_PROFILE)) {
            return ErrorBodies.message(404, "Not Found");
        }
        return forUser(request, IDENTITY_SCOPES, persona -> ServerResponse.json(200, ProfileDocuments.guide(persona)));
    }

    /**
     * A list of name, groupId, buildingId; the names are fictional (docs/internals/classlink-protocol.md#other-calls).
     */
    public ServerResponse groups(ServerRequest request) {
        return forUser(request, IDENTITY_SCOPES, persona -> {
            ArrayNode groups = Json.array();
            groups.addObject()
                    .put("name", "All " + persona.role() + "s")
                    .put("groupId", 10 + persona.roleLevel())
                    .put("buildingId", 1);
            rosterPerson(persona)
                    .map(Person::grade)
                    .filter(grade -> !grade.isEmpty())
                    .ifPresent(grade -> groups.addObject()
                            .put("name", "Grade " + grade)
                            .put("groupId", 100 + Math.abs(grade.hashCode() % 1000))
                            .put("buildingId", 1));
            return ServerResponse.json(200, groups);
        });
    }

    /** "Described as a string" (docs/internals/classlink-protocol.md#other-calls); the body is constructed. */
    public ServerResponse district(ServerRequest request) {
        return forUser(
                request,
                IDENTITY_SCOPES,
                persona -> ServerResponse.json(200, Json.MAPPER.getNodeFactory().textNode(persona.tenantName())));
    }

    /** Constructed body (docs/internals/classlink-protocol.md#other-calls). */
    public ServerResponse profiles(ServerRequest request) {
        return forUser(request, IDENTITY_SCOPES, persona -> {
            ArrayNode profiles = Json.array();
            profiles.addObject()
                    .put("ProfileId", 3280)
                    .put("Profile", persona.tenantName() + " " + persona.role() + " Profile");
            return ServerResponse.json(200, profiles);
        });
    }

    /**
     * A registered parent's children under {@code response}; an empty list for all other users
     * (docs/internals/classlink-protocol.md#other-calls).
     */
    public ServerResponse students(ServerRequest request) {
        return forUser(request, IDENTITY_SCOPES, persona -> {
            ObjectNode body = Json.object();
            ArrayNode children = body.putArray("response");
            rosterPerson(persona)
                    .filter(person -> person.kind() == PersonKind.GUARDIAN)
                    .flatMap(person -> district(persona).childOf(person.index()))
                    .ifPresent(child -> children.addObject()
                            .put("UserId", child.userId())
                            .put("FirstName", child.givenName())
                            .put("LastName", child.familyName())
                            .put("LoginId", child.loginId())
                            .put("SourcedId", child.sourcedId()));
            return ServerResponse.json(200, body);
        });
    }

    private ServerResponse forUser(
            ServerRequest request, Set<String> anyOfScopes, Function<Persona, ServerResponse> document) {
        Optional<Grant> grant = request.bearer().flatMap(tokens::grantOf);
        if (grant.isEmpty()) {
            return ErrorBodies.message(401, "Unauthorized: the access token is missing, invalid or expired");
        }
        if (grant.get().scopes().stream().noneMatch(anyOfScopes::contains)) {
            return ErrorBodies.message(403, "Access Denied!");
        }
        return document.apply(grant.get().persona());
    }

    private District district(Persona persona) {
        return districts.withCode(persona.districtCode()).orElseThrow();
    }

    private Optional<Person> rosterPerson(Persona persona) {
        return district(persona).find(persona.sourcedId());
    }
}
