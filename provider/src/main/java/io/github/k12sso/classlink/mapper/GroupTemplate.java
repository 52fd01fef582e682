package io.github.k12sso.classlink.mapper;

import io.github.k12sso.classlink.profile.ClassLinkGroup;
import io.github.k12sso.classlink.profile.Profile;
import io.github.k12sso.classlink.profile.Template;
import io.github.k12sso.classlink.profile.Template.Placeholders;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;

/**
 * A group's path with placeholders, such as <code>/districts/${tenant_name}/${role}</code>.
 *
 * <p>The first name is fixed, so that no word of ClassLink's can name a top-level group, such as one of administrators. A
 * value is always one name: its {@code /} becomes {@code ~1} and its {@code ~} becomes {@code ~0} (RFC 6901), so that a
 * district called {@code Oak/Teacher} does not read as the teachers of Oak.
 */
public final class GroupTemplate {

    static final int MAX_DEPTH = 6;

    /** Keycloak's column for group names. */
    static final int MAX_NAME_LENGTH = 255;

    private static final ClassLinkGroup NO_GROUP =
            new ClassLinkGroup(Optional.empty(), Optional.empty(), Optional.empty());

    private final List<Template<Source>> levels;

    private GroupTemplate(List<Template<Source>> levels) {
        this.levels = levels;
    }

    /**
     * Reads a template whose placeholders stand for the profile.
     *
     * @throws IllegalArgumentException with a message for an administrator: what is wrong and what may be typed
     */
    public static GroupTemplate parse(String template) {
        if (namesAGroup(template)) {
            throw new IllegalArgumentException(
                    "has a placeholder of ClassLink's groups. Set Group source to my-groups, or take it out");
        }
        return read(template);
    }

    /**
     * Reads a template whose placeholders stand for the profile and for one of the person's groups at ClassLink.
     *
     * @throws IllegalArgumentException with a message for an administrator: what is wrong and what may be typed
     */
    public static GroupTemplate parseForMyGroups(String template) {
        GroupTemplate parsed = read(template);
        if (!namesAGroup(template)) {
            throw new IllegalArgumentException(
                    "has no placeholder of ClassLink's groups, such as ${group_name}. Put one in,"
                            + " or set Group source to profile");
        }
        return parsed;
    }

    private static GroupTemplate read(String template) {
        if (!template.startsWith("/")) {
            throw new IllegalArgumentException(
                    "does not start with '/'. Type a path such as /districts/${tenant_name}");
        }
        List<Template<Source>> levels = Arrays.stream(template.substring(1).split("/", -1))
                .map(GroupTemplate::level)
                .toList();
        if (levels.size() > MAX_DEPTH) {
            throw new IllegalArgumentException("has more than " + MAX_DEPTH + " groups inside one another");
        }
        if (levels.get(0).isVariable()) {
            throw new IllegalArgumentException(
                    "has a placeholder in its first group. Start with a fixed name, such as /districts/${tenant_name}");
        }
        return new GroupTemplate(levels);
    }

    /** The path of the user's group, as names; empty if a value is absent, or makes a name of over 255 characters. */
    Optional<List<String>> apply(Profile profile) {
        return apply(profile, NO_GROUP);
    }

    /** The same, for one of the person's groups at ClassLink. */
    Optional<List<String>> apply(Profile profile, ClassLinkGroup classLinkGroup) {
        List<String> names = new ArrayList<>();
        for (Template<Source> level : levels) {
            Optional<String> name = level.apply(new Source(profile, classLinkGroup));
            if (name.isEmpty() || name.get().length() > MAX_NAME_LENGTH) {
                return Optional.empty();
            }
            names.add(name.get());
        }
        return Optional.of(List.copyOf(names));
    }

    /** Whether this template makes such a path out of some profile: then the membership is the mapper's. */
    boolean makes(List<String> names) {
        if (names.size() != levels.size()) {
            return false;
        }
        for (int i = 0; i < names.size(); i++) {
            Pattern pattern = levels.get(i).pattern("[^/]+");
            String name = names.get(i);
            if (!pattern.matcher(name).matches()
                    && !pattern.matcher(GroupsOnDemand.withoutMark(name)).matches()) {
                return false;
            }
        }
        return true;
    }

    private static boolean namesAGroup(String template) {
        return ClassLinkGroup.PLACEHOLDERS.keySet().stream().anyMatch(name -> template.contains("${" + name + "}"));
    }

    private static Template<Source> level(String text) {
        Template<Source> level = Template.parse(text, GroupTemplate::checkLiteral, GroupTemplate::placeholder);
        if (text.isBlank() || text.length() > MAX_NAME_LENGTH) {
            throw new IllegalArgumentException("has a group without a name, or with one of over 255 characters");
        }
        return level;
    }

    private static void checkLiteral(String text) {
        if (text.contains("${")) {
            throw new IllegalArgumentException("has a placeholder without its '}'");
        }
    }

    private static Function<Source, Optional<String>> placeholder(String name) {
        Function<ClassLinkGroup, Optional<String>> ofGroup = ClassLinkGroup.PLACEHOLDERS.get(name);
        if (ofGroup != null) {
            return source -> ofGroup.apply(source.group()).flatMap(GroupTemplate::oneName);
        }
        Function<Profile, Optional<String>> value = Placeholders.PERSON_AND_DISTRICT.get(name);
        if (value == null) {
            throw new IllegalArgumentException(
                    "has an unknown placeholder. Allowed: " + Placeholders.listed(Placeholders.PERSON_AND_DISTRICT));
        }
        return source -> value.apply(source.profile()).flatMap(GroupTemplate::oneName);
    }

    /** Empty if nothing of the value can be stored. */
    private static Optional<String> oneName(String value) {
        return Optional.of(Profile.storable(value).replace("~", "~0").replace("/", "~1"))
                .filter(name -> !name.isBlank());
    }

    /** Where placeholders take their values from. */
    private record Source(Profile profile, ClassLinkGroup group) {}
}
