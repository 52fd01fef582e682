package io.github.k12sso.classlink.oneroster.policy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.k12sso.classlink.oneroster.policy.Policy.Caller;
import io.github.k12sso.classlink.oneroster.policy.Policy.Caller.Role;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * A small district. Class {@code math} of school {@code north} is taught by {@code tina} and {@code tom}, attended by
 * {@code sam} and
 * {@code sue}, and lists the teacher {@code zoe} among its students; {@code art} of school {@code south} is taught by
 * {@code tom},
 * attended by {@code sid}. {@code old} was {@code tina}'s class last term, attended by {@code sid}. {@code gil} is Sam's
 * guardian.
 */
final class TestMemberships implements Memberships<RuntimeException> {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Map<String, List<String>> STUDENTS =
            Map.of("math", List.of("sam", "sue", "zoe"), "art", List.of("sid"), "old", List.of("sid"));
    private static final Map<String, List<String>> TEACHERS =
            Map.of("math", List.of("tina", "tom"), "art", List.of("tom"), "old", List.of("tina"));
    private static final Map<String, String> SCHOOLS = Map.of("math", "north", "art", "south", "old", "north");
    private static final Set<String> OF_NOW = Set.of("math", "art");

    static Caller reader(String sourcedId, String role) {
        return Caller.ofPerson(Optional.of(sourcedId), Set.of(role));
    }

    @Override
    public List<Row> classesOfStudent(String student) {
        return classesIn(STUDENTS, student);
    }

    @Override
    public List<Row> classesOfTeacher(String teacher) {
        return classesIn(TEACHERS, teacher);
    }

    private static List<Row> classesIn(Map<String, List<String>> lists, String person) {
        return lists.keySet().stream()
                .sorted()
                .filter(id -> OF_NOW.contains(id) && lists.get(id).contains(person))
                .map(TestMemberships::classRow)
                .toList();
    }

    @Override
    public List<Row> sharedClasses(String person, List<Row> classes) {
        return classes;
    }

    @Override
    public List<Member> peopleOf(List<Row> classes, Set<Role> lists) {
        List<Member> members = new ArrayList<>();
        for (Row each : classes) {
            String id = each.sourcedId();
            if (lists.contains(Role.STUDENT)) {
                STUDENTS.getOrDefault(id, List.of())
                        .forEach(person -> members.add(new Member(id, user(person), roleOf(person), false)));
            }
            if (lists.contains(Role.TEACHER)) {
                TEACHERS.getOrDefault(id, List.of())
                        .forEach(person -> members.add(new Member(id, user(person), Role.TEACHER, true)));
            }
        }
        return members;
    }

    @Override
    public List<Row> studentsOfGuardian(String guardian, Optional<String> only) {
        return guardian.equals("gil") ? List.of(user("sam")) : List.of();
    }

    @Override
    public List<Row> enrollmentsOf(String person, List<Row> classes) {
        return enrollments().filter(row -> row.reference("user").equals(person)).toList();
    }

    @Override
    public List<Row> enrollmentsIn(List<Row> classes) {
        List<String> ids = classes.stream().map(Row::sourcedId).toList();
        return enrollments().filter(row -> ids.contains(row.reference("class"))).toList();
    }

    @Override
    public Optional<Row> object(String collection, String id) {
        return switch (collection) {
            case "users" -> Optional.of(user(id));
            case "classes" -> SCHOOLS.containsKey(id) ? Optional.of(classRow(id)) : Optional.empty();
            default -> enrollments().filter(row -> row.sourcedId().equals(id)).findFirst();
        };
    }

    private static Role roleOf(String person) {
        return person.startsWith("s") ? Role.STUDENT : Role.TEACHER;
    }

    private static Row user(String id) {
        ObjectNode row = row(id).put("role", roleOf(id) == Role.STUDENT ? "Student" : "teacher");
        for (String text : Arrays.asList(
                "givenName",
                "familyName",
                "middleName",
                "enabledUser",
                "username",
                "identifier",
                "email",
                "sms",
                "phone",
                "password")) {
            row.put(text, text + " of " + id);
        }
        for (String list : List.of("userIds", "agents", "grades")) {
            row.putArray(list);
        }
        row.putArray("orgs").addObject().put("sourcedId", id.equals("sid") ? "south" : "north");
        row.putObject("metadata").put("x", "1");
        return Row.of(row).orElseThrow();
    }

    private static Row classRow(String id) {
        ObjectNode row = row(id).put("title", "Class " + id);
        row.putObject("school").put("sourcedId", SCHOOLS.get(id));
        row.putObject("course").put("sourcedId", "course of " + id);
        row.putArray("terms").addObject().put("sourcedId", "fall");
        row.putObject("metadata").put("x", "1");
        return Row.of(row).orElseThrow();
    }

    private static Stream<Row> enrollments() {
        return Stream.of(STUDENTS, TEACHERS)
                .flatMap(lists -> lists.entrySet().stream()
                        .flatMap(entry -> entry.getValue().stream().map(person -> enrollment(person, entry.getKey()))));
    }

    private static Row enrollment(String person, String classId) {
        ObjectNode row = row(person + " in " + classId).put("role", "student");
        row.putObject("user").put("sourcedId", person);
        row.putObject("class").put("sourcedId", classId);
        row.putObject("school").put("sourcedId", SCHOOLS.get(classId));
        row.putObject("metadata").put("x", "1");
        return Row.of(row).orElseThrow();
    }

    private static ObjectNode row(String id) {
        return JSON.createObjectNode()
                .put("sourcedId", id)
                .put("status", "active")
                .put("dateLastModified", "2026-01-01T00:00:00.000Z");
    }
}
