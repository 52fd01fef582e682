package io.github.k12sso.classlink.mapper;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.k12sso.classlink.profile.Profile;
import io.github.k12sso.classlink.profile.Profile.TenantId;
import io.github.k12sso.classlink.profile.RosterClass;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.keycloak.broker.provider.BrokeredIdentityContext;
import org.keycloak.models.ClientModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.ProtocolMapperModel;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserSessionModel;
import org.keycloak.sessions.AuthenticationSessionModel;

/**
 * Stores the user's district and classes in the user session, for the tokens of clients. Contains no data of other
 * people. Tokens contain the values of the last ClassLink login as long as the session exists, including offline
 * sessions.
 */
public final class SessionClasses {

    /** Maximum size of the classes in bytes of UTF-8. If they exceed it, only this fact is stored. */
    static final int MAX_BYTES = 16 * 1024;

    /** Maximum length of a title in a token. */
    static final int MAX_TITLE = 255;

    private static final String WANTED = "classlink.wanted-values.";
    private static final String DISTRICT_NOTE = "classlink.district";
    private static final String CLASSES_NOTE = "classlink.classes";
    private static final String OF = "of";
    private static final List<String> IN_TOKENS = List.of("id", "title", "code", "school", "role");
    private static final ObjectMapper JSON = new ObjectMapper();

    private SessionClasses() {}

    /** The values of a token mapper. */
    enum Value {
        CLASSES,
        SCHOOL,
        DISTRICT;

        /** Returns the value in the mapper's setting. */
        String word() {
            return name().toLowerCase(Locale.ROOT);
        }

        static Optional<Value> of(String word) {
            return Arrays.stream(values())
                    .filter(value -> value.word().equals(word))
                    .findFirst();
        }

        /** Returns whether one of the values needs the roster. */
        static boolean areOfRoster(Set<Value> values) {
            return values.contains(CLASSES) || values.contains(SCHOOL);
        }
    }

    /**
     * Returns the values that token mappers use: those of all client scopes, because the session serves every client,
     * and of the given clients.
     */
    static Set<Value> wanted(RealmModel realm, Stream<ClientModel> clients) {
        return Stream.concat(realm.getClientScopesStream(), clients)
                .flatMap(container -> container.getProtocolMappersStream())
                .flatMap(mapper -> value(mapper).stream())
                .collect(Collectors.toCollection(() -> EnumSet.noneOf(Value.class)));
    }

    /** The values for the client of a login, determined once per request because Keycloak copies every mapper. */
    @SuppressWarnings("unchecked") // written only by this method
    static Set<Value> wanted(KeycloakSession session, AuthenticationSessionModel authSession) {
        ClientModel client = authSession.getClient();
        String attribute = WANTED + client.getId();
        Set<Value> wanted = (Set<Value>) session.getAttribute(attribute);
        if (wanted == null) {
            wanted = wanted(authSession.getRealm(), Stream.of(client));
            session.setAttribute(attribute, wanted);
        }
        return wanted;
    }

    private static Optional<Value> value(ProtocolMapperModel mapper) {
        return switch (mapper.getProtocolMapper()) {
            case ClaimMapper.ID -> ClaimMapper.value(mapper);
            case SamlClassesMapper.ID -> Optional.of(Value.CLASSES);
            default -> Optional.empty();
        };
    }

    /** Stores the values of this login. If the roster could not be read, an existing session keeps its classes. */
    public static void keep(
            KeycloakSession session, AuthenticationSessionModel authSession, BrokeredIdentityContext login) {
        Set<Value> wanted = wanted(session, authSession);
        Optional<Profile> profile = ClassLinkMapper.profile(login);
        if (wanted.isEmpty() || profile.isEmpty()) {
            return;
        }
        String tenant = profile.get().tenantId().map(TenantId::value).orElse("");
        String of = login.getIdpConfig().getAlias() + " " + tenant;
        ObjectNode district = JSON.createObjectNode().put(OF, of);
        if (!tenant.isEmpty()) {
            ObjectNode value = district.putObject(Value.DISTRICT.word()).put("id", tenant);
            profile.get().tenantName().ifPresent(name -> value.put("name", cut(name)));
        }
        authSession.setUserSessionNote(DISTRICT_NOTE, district.toString());
        RosterClasses.of(login).ifPresent(classes -> authSession.setUserSessionNote(CLASSES_NOTE, note(of, classes)));
    }

    private static String note(String of, List<RosterClass> classes) {
        ObjectNode note = JSON.createObjectNode().put(OF, of);
        ArrayNode list = RosterClass.write(classes);
        for (JsonNode each : list) {
            ObjectNode entry = (ObjectNode) each;
            entry.retain(IN_TOKENS);
            if (entry.has("title")) {
                entry.put("title", cut(entry.get("title").textValue()));
            }
        }
        note.set(Value.CLASSES.word(), list);
        note.set(Value.SCHOOL.word(), schools(classes));
        String text = note.toString();
        return size(text) <= MAX_BYTES
                ? text
                : JSON.createObjectNode().put(OF, of).toString();
    }

    private static ArrayNode schools(List<RosterClass> classes) {
        Map<String, ObjectNode> schools = new LinkedHashMap<>();
        for (RosterClass each : classes) {
            each.schoolId()
                    .ifPresent(id -> schools.computeIfAbsent(id, unused -> {
                        ObjectNode school = JSON.createObjectNode().put("id", id);
                        each.schoolName().ifPresent(name -> school.put("name", cut(name)));
                        return school;
                    }));
        }
        return JSON.createArrayNode().addAll(schools.values());
    }

    private static String cut(String text) {
        return text.length() <= MAX_TITLE ? text : Profile.storable(text.substring(0, MAX_TITLE));
    }

    /** Returns the size in bytes of UTF-8. */
    static int size(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }

    /**
     * The stored value.
     *
     * @param json the value; empty if it exceeds the session limit
     */
    record Kept(Optional<JsonNode> json) {}

    /** Returns the stored value; empty without a ClassLink login or if the roster could not be read. */
    static Optional<Kept> of(UserSessionModel session, Value value) {
        Optional<JsonNode> district = read(session, DISTRICT_NOTE);
        if (value == Value.DISTRICT) {
            return district.filter(note -> note.has(value.word()))
                    .map(note -> new Kept(Optional.of(note.get(value.word()))));
        }
        // After a login with another account in the same session, the classes of the previous account do not apply.
        return read(session, CLASSES_NOTE)
                .filter(note -> district.isPresent()
                        && note.path(OF).equals(district.get().path(OF)))
                .map(note -> new Kept(Optional.ofNullable(note.get(value.word()))));
    }

    private static Optional<JsonNode> read(UserSessionModel session, String note) {
        String text = session == null ? null : session.getNote(note);
        try {
            return text == null ? Optional.empty() : Optional.of(JSON.readTree(text));
        } catch (JsonProcessingException e) {
            return Optional.empty(); // not written by this class
        }
    }
}
