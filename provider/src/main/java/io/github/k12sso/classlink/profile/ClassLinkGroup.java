package io.github.k12sso.classlink.profile;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * One of a person's groups at ClassLink, as {@code GET /my/groups} lists them
 * (docs/internals/classlink-protocol.md#other-calls).
 */
public record ClassLinkGroup(Optional<String> name, Optional<String> id, Optional<String> buildingId) {

    /** More groups than this, and the list counts as unreadable: half of it would end memberships by accident. */
    public static final int MAX_GROUPS = 500;

    /** What group templates may call for, besides what the profile says. */
    public static final Map<String, Function<ClassLinkGroup, Optional<String>>> PLACEHOLDERS = Map.of(
            "group_name", ClassLinkGroup::name,
            "group_id", ClassLinkGroup::id,
            "group_building_id", ClassLinkGroup::buildingId);

    private static final int MAX_LENGTH = 255;

    /**
     * Reads the list. Its shape is not documented to the letter, so an object with a list named {@code response} or {@code
     * groups} is one, too, and members are found without regard to case.
     *
     * @return empty if it is no list of groups, or too long a list; a person without groups has an empty list
     */
    public static Optional<List<ClassLinkGroup>> readAll(JsonNode answer) {
        return list(answer).filter(list -> list.size() <= MAX_GROUPS).flatMap(ClassLinkGroup::readList);
    }

    /** The list as {@link #readAll} reads it, with nothing else in it. */
    public static ArrayNode write(List<ClassLinkGroup> groups) {
        ArrayNode list = JsonNodeFactory.instance.arrayNode();
        for (ClassLinkGroup group : groups) {
            ObjectNode entry = list.addObject();
            group.name.ifPresent(name -> entry.put("name", name));
            group.id.ifPresent(id -> entry.put("groupId", id));
            group.buildingId.ifPresent(id -> entry.put("buildingId", id));
        }
        return list;
    }

    private static Optional<ArrayNode> list(JsonNode answer) {
        return Stream.of(answer, member(answer, "response"), member(answer, "groups"))
                .filter(ArrayNode.class::isInstance)
                .map(ArrayNode.class::cast)
                .findFirst();
    }

    /** One entry that is no group, and nothing is sure about the others. */
    private static Optional<List<ClassLinkGroup>> readList(ArrayNode list) {
        Set<ClassLinkGroup> groups = new LinkedHashSet<>();
        for (JsonNode entry : list) {
            ClassLinkGroup group =
                    new ClassLinkGroup(text(entry, "name"), text(entry, "groupid"), text(entry, "buildingid"));
            if (group.name.isEmpty() && group.id.isEmpty()) {
                return Optional.empty();
            }
            groups.add(group);
        }
        return Optional.of(List.copyOf(groups));
    }

    private static Optional<String> text(JsonNode entry, String member) {
        JsonNode value = member(entry, member);
        if (!value.isTextual() && !value.isIntegralNumber()) {
            return Optional.empty();
        }
        return Optional.of(value.asText().strip()).filter(text -> !text.isEmpty() && text.length() <= MAX_LENGTH);
    }

    private static JsonNode member(JsonNode object, String lowerCaseName) {
        return object.properties().stream()
                .filter(member -> member.getKey().toLowerCase(Locale.ROOT).equals(lowerCaseName))
                .map(Map.Entry::getValue)
                .findFirst()
                .orElse(JsonNodeFactory.instance.missingNode());
    }

    /** Names no group: they end up in log lines by accident. */
    @Override
    public String toString() {
        return "ClassLinkGroup[…]";
    }
}
