package io.github.k12sso.classlink.oneroster.policy;

import io.github.k12sso.classlink.oneroster.policy.Policy.Caller;
import io.github.k12sso.classlink.oneroster.policy.Policy.Memberships;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A small school. Class {@code math} is taught by {@code tina} and {@code tom} and attended by {@code sam} and {@code sue};
 * {@code art} by {@code tom}, attended by {@code sid}. {@code old} was {@code tina}'s last term. {@code gil} is Sam's guardian.
 */
final class TestMemberships implements Memberships<RuntimeException> {

    private static final Map<String, Set<String>> STUDENTS = Map.of("math", Set.of("sam", "sue"), "art", Set.of("sid"));
    private static final Map<String, Set<String>> TEACHERS =
            Map.of("math", Set.of("tina", "tom"), "art", Set.of("tom"), "old", Set.of("tina"));

    static Caller reader(String sourcedId, String role) {
        return Caller.ofPerson(Optional.of(sourcedId), Set.of(role));
    }

    @Override
    public Set<String> classesOfStudent(String student) {
        return Map.of("sam", Set.of("math"), "sue", Set.of("math"), "sid", Set.of("art"))
                .getOrDefault(student, Set.of());
    }

    @Override
    public Set<String> classesOfTeacher(String teacher) {
        return Map.of("tina", Set.of("math"), "tom", Set.of("math", "art")).getOrDefault(teacher, Set.of());
    }

    @Override
    public Set<String> studentsOf(String classId) {
        return STUDENTS.getOrDefault(classId, Set.of());
    }

    @Override
    public Set<String> teachersOf(String classId) {
        return TEACHERS.getOrDefault(classId, Set.of());
    }

    @Override
    public Set<String> studentsOfGuardian(String guardian) {
        return guardian.equals("gil") ? Set.of("sam") : Set.of();
    }
}
