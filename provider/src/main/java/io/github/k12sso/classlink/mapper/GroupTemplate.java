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
 * A template for a group path, such as <code>/districts/${tenant_name}/${role}</code>.
 *
 * <p>The first name is fixed, so a value from ClassLink cannot select a top-level group such as the administrators. A
 * value is always a single name: {@code /} is escaped as {@code ~1} and {@code ~} as {@code ~0} (RFC 6901), so the
 * district {@code Oak/Teacher} is not the group Teacher in Oak.
 */
public final class GroupTemplate {

    static final int MAX_DEPTH = 6;

    /** Size of Keycloak's column for group names. */
    static final int MAX_NAME_LENGTH = 255;

    /** Maximum length of a roster value, because a class title may be longer than a group name. */
    static final int MAX_ROSTER_VALUE = 200;

    private static final ClassLinkGroup NO_GROUP =
            new ClassLinkGroup(Optional.empty(), Optional.empty(), Optional.empty());

    private final List<Template<Source>> levels;

    private GroupTemplate(List<Template<Source>> levels) {
        this.levels = levels;
    }

    /**
     * Parses the template of a mapper.
     *
     * @param source the mapper's group source, which determines the allowed placeholders
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
     * Parses a template with placeholders for the profile.
     *
     * @throws IllegalArgumentException with a message for an administrator: what is wrong and what may be typed
     */
    static GroupTemplate parse(String template) {
        refuse(template, ClassLinkGroup.PLACEHOLDERS.keySet(), "ClassLink groups", ClassLinkGroupMapper.MY_GROUPS);
        refuse(template, RosterClass.PLACEHOLDERS.keySet(), "classes", ClassLinkGroupMapper.ROSTER_CLASSES);
        return read(template);
    }

    /**
     * Parses a template with placeholders for the profile and one of the user's ClassLink groups.
     *
     * @throws IllegalArgumentException with a message for an administrator: what is wrong and what may be typed
     */
    static GroupTemplate parseForMyGroups(String template) {
        refuse(template, RosterClass.PLACEHOLDERS.keySet(), "classes", ClassLinkGroupMapper.ROSTER_CLASSES);
        return readWithOneOf(ClassLinkGroup.PLACEHOLDERS.keySet(), template, "ClassLink groups, such as ${group_name}");
    }

    /**
     * Parses a template with placeholders for the profile and one of the user's classes.
     *
     * @throws IllegalArgumentException with a message for an administrator: what is wrong and what may be typed
     */
    static GroupTemplate parseForRosterClasses(String template) {
        refuse(template, ClassLinkGroup.PLACEHOLDERS.keySet(), "ClassLink groups", ClassLinkGroupMapper.MY_GROUPS);
        return readWithOneOf(RosterClass.PLACEHOLDERS.keySet(), template, "classes, such as ${class_title}");
    }

    private static void refuse(String template, Set<String> placeholders, String what, String source) {
        if (hasOneOf(placeholders, template)) {
            throw new IllegalArgumentException("has a placeholder for " + what + ". Set Group source to " + source
                    + ", or remove the placeholder");
        }
    }

    private static GroupTemplate readWithOneOf(Set<String> placeholders, String template, String what) {
        GroupTemplate parsed = read(template);
        if (!hasOneOf(placeholders, template)) {
            throw new IllegalArgumentException(
                    "has no placeholder for " + what + ". Add one, or set Group source to profile");
        }
        return parsed;
    }

    private static GroupTemplate read(String template) {
        if (!template.startsWith("/")) {
            throw new IllegalArgumentException(
                    "does not start with '/'. Enter a path such as /districts/${tenant_name}");
        }
        List<Template<Source>> levels = Arrays.stream(template.substring(1).split("/", -1))
                .map(GroupTemplate::level)
                .toList();
        if (levels.size() > MAX_DEPTH) {
            throw new IllegalArgumentException("has more than " + MAX_DEPTH + " levels of groups");
        }
        if (levels.get(0).isVariable()) {
            throw new IllegalArgumentException(
                    "has a placeholder in its first group. Start with a fixed name, such as /districts/${tenant_name}");
        }
        return new GroupTemplate(levels);
    }

    /** Returns the names in the group path; empty if a value is absent or a name exceeds 255 characters. */
    Optional<List<String>> apply(Profile profile) {
        return apply(new Source(profile, NO_GROUP, null));
    }

    /** Returns the path for one of the user's ClassLink groups. */
    Optional<List<String>> apply(Profile profile, ClassLinkGroup classLinkGroup) {
        return apply(new Source(profile, classLinkGroup, null));
    }

    /** Returns the path for one of the user's classes. */
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

    /** Returns whether some profile results in this path. The mapper then manages the membership. */
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
            throw new IllegalArgumentException("has a group name that is empty or longer than 255 characters");
        }
        return level;
    }

    private static void checkLiteral(String text) {
        if (text.contains("${")) {
            throw new IllegalArgumentException("has a placeholder without a closing '}'");
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

    /** Escapes a value; empty if nothing of it can be stored. */
    private static Optional<String> oneName(String value) {
        return Optional.of(Profile.storable(value).replace("~", "~0").replace("/", "~1"))
                .filter(name -> !name.isBlank());
    }

    private static String shortened(String name) {
        return name.length() <= MAX_ROSTER_VALUE ? name : GroupsOnDemand.apart(name, MAX_ROSTER_VALUE);
    }

    /** The source of the placeholder values. The group and the class are null if the template does not use them. */
    private record Source(Profile profile, ClassLinkGroup group, RosterClass rosterClass) {}
}
