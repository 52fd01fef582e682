package io.github.k12sso.classlink.mapper;

import io.github.k12sso.classlink.profile.ClassLinkGroup;
import io.github.k12sso.classlink.profile.Profile;
import io.github.k12sso.classlink.profile.RosterClass;
import io.github.k12sso.classlink.profile.Template;
import io.github.k12sso.classlink.profile.Template.Placeholders;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
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

    /** Characters of one value that a roster gave: what a class is called may be longer than a group's name. */
    static final int MAX_ROSTER_VALUE = 200;

    private static final ClassLinkGroup NO_GROUP =
            new ClassLinkGroup(Optional.empty(), Optional.empty(), Optional.empty());

    private final List<Template<Source>> levels;

    private GroupTemplate(List<Template<Source>> levels) {
        this.levels = levels;
    }

    /**
     * Reads the template of a mapper.
     *
     * @param source the mapper's group source, which decides what placeholders may stand for
     * @throws IllegalArgumentException with a message for an administrator: what is wrong and what may be typed
     */
    public static GroupTemplate of(String source, String template) {
        return switch (source) {
            case ClassLinkGroupMapper.MY_GROUPS -> parseForMyGroups(template);
            case ClassLinkGroupMapper.ROSTER_CLASSES -> parseForRosterClasses(template);
            default -> parse(template);
        };
    }

    /**
     * Reads a template whose placeholders stand for the profile.
     *
     * @throws IllegalArgumentException with a message for an administrator: what is wrong and what may be typed
     */
    static GroupTemplate parse(String template) {
        refuse(template, ClassLinkGroup.PLACEHOLDERS.keySet(), "ClassLink's groups", ClassLinkGroupMapper.MY_GROUPS);
        refuse(template, RosterClass.PLACEHOLDERS.keySet(), "classes", ClassLinkGroupMapper.ROSTER_CLASSES);
        return read(template);
    }

    /**
     * Reads a template whose placeholders stand for the profile and for one of the person's groups at ClassLink.
     *
     * @throws IllegalArgumentException with a message for an administrator: what is wrong and what may be typed
     */
    static GroupTemplate parseForMyGroups(String template) {
        refuse(template, RosterClass.PLACEHOLDERS.keySet(), "classes", ClassLinkGroupMapper.ROSTER_CLASSES);
        return readWithOneOf(
                ClassLinkGroup.PLACEHOLDERS.keySet(), template, "ClassLink's groups, such as ${group_name}");
    }

    /**
     * Reads a template whose placeholders stand for the profile and for one of the person's classes.
     *
     * @throws IllegalArgumentException with a message for an administrator: what is wrong and what may be typed
     */
    static GroupTemplate parseForRosterClasses(String template) {
        refuse(template, ClassLinkGroup.PLACEHOLDERS.keySet(), "ClassLink's groups", ClassLinkGroupMapper.MY_GROUPS);
        return readWithOneOf(RosterClass.PLACEHOLDERS.keySet(), template, "classes, such as ${class_title}");
    }

    private static void refuse(String template, Set<String> placeholders, String what, String source) {
        if (hasOneOf(placeholders, template)) {
            throw new IllegalArgumentException(
                    "has a placeholder of " + what + ". Set Group source to " + source + ", or take it out");
        }
    }

    private static GroupTemplate readWithOneOf(Set<String> placeholders, String template, String what) {
        GroupTemplate parsed = read(template);
        if (!hasOneOf(placeholders, template)) {
            throw new IllegalArgumentException(
                    "has no placeholder of " + what + ". Put one in, or set Group source to profile");
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
        return apply(new Source(profile, NO_GROUP, null));
    }

    /** The same, for one of the person's groups at ClassLink. */
    Optional<List<String>> apply(Profile profile, ClassLinkGroup classLinkGroup) {
        return apply(new Source(profile, classLinkGroup, null));
    }

    /** The same, for one of the person's classes. */
    Optional<List<String>> apply(Profile profile, RosterClass rosterClass) {
        return apply(new Source(profile, NO_GROUP, rosterClass));
    }

    private Optional<List<String>> apply(Source source) {
        List<String> names = new ArrayList<>();
        for (Template<Source> level : levels) {
            Optional<String> name = level.apply(source);
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

    private static boolean hasOneOf(Set<String> placeholders, String template) {
        return placeholders.stream().anyMatch(name -> template.contains("${" + name + "}"));
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
        Function<RosterClass, Optional<String>> ofClass = RosterClass.PLACEHOLDERS.get(name);
        if (ofClass != null) {
            return source -> ofClass.apply(source.rosterClass())
                    .flatMap(GroupTemplate::oneName)
                    .map(GroupTemplate::shortened);
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

    private static String shortened(String name) {
        return name.length() <= MAX_ROSTER_VALUE ? name : GroupsOnDemand.apart(name, MAX_ROSTER_VALUE);
    }

    /** Where placeholders take their values from; a class only if the template was read for classes. */
    private record Source(Profile profile, ClassLinkGroup group, RosterClass rosterClass) {}
}
