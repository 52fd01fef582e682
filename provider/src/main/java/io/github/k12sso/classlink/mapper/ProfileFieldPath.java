package io.github.k12sso.classlink.mapper;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.keycloak.utils.JsonUtils;

/**
 * A path in a profile document as Keycloak's JSON mappers write it: {@code address.locality}, {@code OrgId[0]}, and
 * {@code \.} for a dot that belongs to a name.
 *
 * <p>Keycloak's own reading drops the numbers of an array and prints them into the log; ClassLink's ids are numbers.
 */
final class ProfileFieldPath {

    private static final Pattern STEP =
            Pattern.compile("(?<name>[^\\[\\]]+)(?:\\[(?<index>\\d{1,6})])?", Pattern.DOTALL);

    private final List<Step> steps;

    private ProfileFieldPath(List<Step> steps) {
        this.steps = steps;
    }

    /**
     * Reads a path.
     *
     * @throws IllegalArgumentException with a message for an administrator: what may be typed
     */
    static ProfileFieldPath parse(String path) {
        List<String> parts = JsonUtils.splitClaimPath(path);
        if (parts.isEmpty() || path.startsWith(".") || path.endsWith(".") || path.contains("..")) {
            throw notAPath();
        }
        List<Step> steps = parts.stream().map(ProfileFieldPath::step).toList();
        return new ProfileFieldPath(steps);
    }

    /** The texts, numbers and truth values there, without blank ones; none if there is no such member. */
    List<String> read(JsonNode document) {
        JsonNode node = document;
        for (Step step : steps) {
            node = step.from(node);
        }
        Stream<JsonNode> values = node.isArray() ? StreamSupport.stream(node.spliterator(), false) : Stream.of(node);
        return values.filter(value -> value.isValueNode() && !value.isNull())
                .map(JsonNode::asText)
                .map(String::strip)
                .filter(value -> !value.isEmpty())
                .distinct()
                .toList();
    }

    private static Step step(String part) {
        Matcher matcher = STEP.matcher(part);
        if (!matcher.matches()) {
            throw notAPath();
        }
        String index = matcher.group("index");
        return new Step(
                matcher.group("name"), index == null ? OptionalInt.empty() : OptionalInt.of(Integer.parseInt(index)));
    }

    private static IllegalArgumentException notAPath() {
        return new IllegalArgumentException(
                "is not a path such as Role, address.locality or OrgId[0]: names, '.' between them, [n] after one");
    }

    private record Step(String name, OptionalInt index) {

        JsonNode from(JsonNode node) {
            JsonNode member = node.path(name);
            return index.isPresent() ? member.path(index.getAsInt()) : member;
        }
    }
}
