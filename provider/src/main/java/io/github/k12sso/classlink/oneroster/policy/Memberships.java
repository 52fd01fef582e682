package io.github.k12sso.classlink.oneroster.policy;

import java.util.Set;

/**
 * Who belongs to whom, as the roster says now. All ids are sourcedIds.
 *
 * @param <E> when the roster cannot be asked
 */
public interface Memberships<E extends Exception> {

    /** Of the current terms (docs/internals/classlink-rosters.md#collections). */
    Set<String> classesOfStudent(String student) throws E;

    /** Of the current terms. */
    Set<String> classesOfTeacher(String teacher) throws E;

    /**
     * Rows whose role is student; a class may list others among them (Trap 23, docs/internals/classlink-rosters.md).
     */
    Set<String> studentsOf(String classId) throws E;

    /** Rows whose role is teacher. */
    Set<String> teachersOf(String classId) throws E;

    /** Students whose own row names this guardian. */
    Set<String> studentsOfGuardian(String guardian) throws E;
}
