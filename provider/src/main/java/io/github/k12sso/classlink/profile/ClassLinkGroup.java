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

/** One of a user's ClassLink groups, from {@code GET /my/groups} (docs/internals/classlink-protocol.md#other-calls). */
public record ClassLinkGroup(Optional<String> name, Optional<String> id, Optional<String> buildingId) {

    /** Maximum number of groups. A longer list is rejected, because a truncated list would remove memberships. */
    public static final int MAX_GROUPS = 500;

    /** Placeholders of group templates in addition to those of the profile. */
    public static final Map<String, Function<ClassLinkGroup, Optional<String>>> PLACEHOLDERS = Map.of(
            "group_name", ClassLinkGroup::name,
            "group_id", ClassLinkGroup::id,
            "group_building_id", ClassLinkGroup::buildingId);

    private static final int MAX_LENGTH = 255;

    /**
     * Reads the list. Its format is not fully documented, so an object with an array {@code response} or {@code groups}
     * is accepted, too, and member names are not case-sensitive.
     *
     * @return empty if the list is malformed or too long; an empty list if the user has no groups
     */
    public static Optional<List<ClassLinkGroup>> readAll(JsonNode answer) {
        return list(answer).filter(list -> list.size() <= MAX_GROUPS).flatMap(ClassLinkGroup::readList);
    }

    /** Writes the list in the format that {@link #readAll} reads. */
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

    /** A single malformed entry makes the whole list unusable. */
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

    /** Omits the values, which must not appear in the log. */
    @Override
    public String toString() {
        return "ClassLinkGroup[…]";
    }
}
