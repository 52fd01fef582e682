package io.github.k12sso.classlink.profile;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * One of a user's current classes, from the district's roster at a login. Contains no data of other people.
 *
 * @param id sourcedId of the class
 * @param code the {@code classCode}
 * @param courseTitle present only if {@link Detail#COURSE} was requested
 * @param schoolId sourcedId of the school
 * @param schoolName present only if {@link Detail#SCHOOL} was requested
 * @param term title of the current term
 * @param role the user's role in this class
 */
public record RosterClass(
        String id,
        Optional<String> title,
        Optional<String> code,
        Optional<String> courseTitle,
        Optional<String> schoolId,
        Optional<String> schoolName,
        Optional<String> term,
        Role role) {

    /**
     * Maximum number of classes per user. A longer list is rejected, because a truncated list would remove memberships.
     */
    public static final int MAX_CLASSES = 200;

    /** Maximum length of a string; longer ones are truncated. */
    public static final int MAX_TEXT = 1000;

    /** Placeholders of group templates in addition to those of the profile. */
    public static final Map<String, Function<RosterClass, Optional<String>>> PLACEHOLDERS = Map.of(
            "class_title",
            RosterClass::title,
            "class_id",
            each -> Optional.of(each.id()),
            "class_code",
            RosterClass::code,
            "course_title",
            RosterClass::courseTitle,
            "school_name",
            RosterClass::schoolName,
            "school_id",
            RosterClass::schoolId,
            "term",
            RosterClass::term,
            "class_role",
            each -> Optional.of(each.role().word()));

    /** A user's role in a class. */
    public enum Role {
        TEACHER,
        STUDENT;

        /** Returns {@code teacher} or {@code student}, as in OneRoster. */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** Details that need additional roster requests. */
    public enum Detail {
        COURSE("course_title"),
        SCHOOL("school_name");

        private final String placeholder;

        Detail(String placeholder) {
            this.placeholder = placeholder;
        }

        /** Returns whether a template uses it. */
        public boolean isIn(String template) {
            return template.contains("${" + placeholder + "}");
        }
    }

    public RosterClass {
        title = usable(title);
        code = usable(code);
        courseTitle = usable(courseTitle);
        schoolId = usable(schoolId);
        schoolName = usable(schoolName);
        term = usable(term);
    }

    private static Optional<String> usable(Optional<String> text) {
        return text.map(Profile::storable)
                .map(String::strip)
                .filter(each -> !each.isEmpty())
                .map(RosterClass::cut);
    }

    private static String cut(String text) {
        return text.length() <= MAX_TEXT ? text : Profile.storable(text.substring(0, MAX_TEXT));
    }

    /** Writes the classes as JSON. */
    public static ArrayNode write(List<RosterClass> classes) {
        ArrayNode list = JsonNodeFactory.instance.arrayNode();
        for (RosterClass each : classes) {
            ObjectNode entry = list.addObject().put("id", each.id);
            each.title.ifPresent(text -> entry.put("title", text));
            each.code.ifPresent(text -> entry.put("code", text));
            each.courseTitle.ifPresent(text -> entry.put("courseTitle", text));
            each.schoolId.ifPresent(text -> entry.put("school", text));
            each.schoolName.ifPresent(text -> entry.put("schoolName", text));
            each.term.ifPresent(text -> entry.put("term", text));
            entry.put("role", each.role.word());
        }
        return list;
    }

    /** Reads the JSON of {@link #write}; empty if it is malformed. */
    public static Optional<List<RosterClass>> readAll(JsonNode list) {
        if (!list.isArray() || list.size() > MAX_CLASSES) {
            return Optional.empty();
        }
        List<RosterClass> classes = new ArrayList<>();
        for (JsonNode entry : list) {
            String id = entry.path("id").asText();
            boolean teaches = entry.path("role").asText().equals(Role.TEACHER.word());
            if (id.isEmpty()) {
                return Optional.empty();
            }
            classes.add(new RosterClass(
                    id,
                    text(entry, "title"),
                    text(entry, "code"),
                    text(entry, "courseTitle"),
                    text(entry, "school"),
                    text(entry, "schoolName"),
                    text(entry, "term"),
                    teaches ? Role.TEACHER : Role.STUDENT));
        }
        return Optional.of(List.copyOf(classes));
    }

    private static Optional<String> text(JsonNode entry, String member) {
        return Optional.ofNullable(entry.path(member).textValue());
    }

    /** Omits the values, which must not appear in the log. */
    @Override
    public String toString() {
        return "RosterClass[…]";
    }
}
