package io.github.k12sso.classlink.simulator.oneroster;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.k12sso.classlink.simulator.district.Layout;
import io.github.k12sso.classlink.simulator.district.Span;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The enrollments of a district, a school or a class, students before teachers. */
final class Enrollments {
    private final Layout layout;
    private final RosterObjects objects;

    Enrollments(Layout layout, RosterObjects objects) {
        this.layout = layout;
        this.objects = objects;
    }

    Rows all() {
        int ofStudents = layout.studentEnrollments();
        return Rows.sorted(
                OneRosterType.ENROLLMENT,
                ofStudents + layout.classes(),
                rank -> rank < ofStudents
                        ? objects.studentEnrollment(rank)
                        : objects.teacherEnrollment(rank - ofStudents));
    }

    Optional<ObjectNode> withId(String id) {
        return RosterId.STUDENT_ENROLLMENT
                .position(id, layout.studentEnrollments())
                .map(objects::studentEnrollment)
                .or(() -> RosterId.TEACHER_ENROLLMENT
                        .position(id, layout.classes())
                        .map(objects::teacherEnrollment));
    }

    Rows ofSchool(int school) {
        Span students = layout.studentsOfSchool(school);
        Span classes = layout.classesOfSchool(school);
        int first = layout.firstEnrollmentOfStudent(students.first());
        int count = layout.firstEnrollmentOfStudent(students.first() + students.size()) - first;
        return Rows.sorted(
                OneRosterType.ENROLLMENT,
                count + classes.size(),
                at -> at < count
                        ? objects.studentEnrollment(first + at)
                        : objects.teacherEnrollment(classes.at(at - count)));
    }

    Rows ofClass(int classIndex) {
        Span students = layout.studentsOfClass(classIndex);
        List<ObjectNode> rows = new ArrayList<>();
        for (int at = 0; at < students.size(); at++) {
            int student = students.at(at);
            Span classes = layout.classesOfStudent(student);
            int position = (classIndex - classes.first()) / classes.step();
            rows.add(objects.studentEnrollment(layout.firstEnrollmentOfStudent(student) + position));
        }
        rows.add(objects.teacherEnrollment(classIndex));
        return Rows.of(OneRosterType.ENROLLMENT, rows);
    }
}
