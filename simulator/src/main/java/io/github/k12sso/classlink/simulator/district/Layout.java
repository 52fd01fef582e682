package io.github.k12sso.classlink.simulator.district;

import java.util.List;

/**
 * Computes who teaches whom from indices alone, so that a million people need no memory.
 *
 * <p>Up to four teachers form a team with one grade of one school. Each teacher teaches three classes; a student of a team
 * belongs to one of its three sections and has one class with each of its teachers.
 */
public final class Layout {
    static final int TEAM = 4;
    public static final int SECTIONS = 3;
    private static final List<String> GRADES =
            List.of("KG", "01", "02", "03", "04", "05", "06", "07", "08", "09", "10", "11", "12");

    private final int administrators;
    private final int guardians;
    private final int students;
    private final int teachers;
    private final int teams;
    private final int schools;

    Layout(int people) {
        administrators = Math.max(1, people / 400);
        teachers = Math.max(1, people / 20);
        guardians = people / 10;
        students = people - administrators - teachers - guardians;
        teams = (teachers + TEAM - 1) / TEAM;
        schools = teams == 1 ? 1 : Math.max(2, (teams + GRADES.size() - 1) / GRADES.size());
    }

    public int count(PersonKind kind) {
        return switch (kind) {
            case ADMINISTRATOR -> administrators;
            case GUARDIAN -> guardians;
            case STUDENT -> students;
            case TEACHER -> teachers;
        };
    }

    /** Position of the first person of a kind among all people. */
    int start(PersonKind kind) {
        return switch (kind) {
            case ADMINISTRATOR -> 0;
            case GUARDIAN -> administrators;
            case STUDENT -> administrators + guardians;
            case TEACHER -> administrators + guardians + students;
        };
    }

    public int people() {
        return administrators + guardians + students + teachers;
    }

    public int schools() {
        return schools;
    }

    public int classes() {
        return teachers * SECTIONS;
    }

    public int teacherOfClass(int classIndex) {
        return classIndex / SECTIONS;
    }

    public int sectionOfClass(int classIndex) {
        return classIndex % SECTIONS;
    }

    public int teamOfTeacher(int teacher) {
        return teacher / TEAM;
    }

    public int teamOfStudent(int student) {
        return (int) ((long) student * teams / students);
    }

    private int firstStudentOfTeam(int team) {
        return (int) (((long) team * students + teams - 1) / teams);
    }

    private int teachersOfTeam(int team) {
        return Math.min(TEAM, teachers - team * TEAM);
    }

    public int schoolOfTeam(int team) {
        return (int) ((long) team * schools / teams);
    }

    private int firstTeamOfSchool(int school) {
        return (int) (((long) school * teams + schools - 1) / schools);
    }

    public String gradeOfTeam(int team) {
        int school = schoolOfTeam(team);
        int first = firstTeamOfSchool(school);
        int size = firstTeamOfSchool(school + 1) - first;
        return GRADES.get((team - first) * GRADES.size() / size);
    }

    private int sectionOfStudent(int student) {
        return (student - firstStudentOfTeam(teamOfStudent(student))) % SECTIONS;
    }

    /** The classes of a student. */
    public Span classesOfStudent(int student) {
        int team = teamOfStudent(student);
        int first = team * TEAM * SECTIONS + sectionOfStudent(student);
        return new Span(first, SECTIONS, teachersOfTeam(team));
    }

    /** The classes of a teacher. */
    public Span classesOfTeacher(int teacher) {
        return new Span(teacher * SECTIONS, 1, SECTIONS);
    }

    /** The students of a class. */
    public Span studentsOfClass(int classIndex) {
        int team = teamOfTeacher(teacherOfClass(classIndex));
        int first = firstStudentOfTeam(team) + sectionOfClass(classIndex);
        int end = firstStudentOfTeam(team + 1);
        return new Span(first, SECTIONS, Math.max(0, (end - first + SECTIONS - 1) / SECTIONS));
    }

    public Span teachersOfSchool(int school) {
        int first = firstTeamOfSchool(school) * TEAM;
        int end = Math.min(teachers, firstTeamOfSchool(school + 1) * TEAM);
        return new Span(first, 1, end - first);
    }

    public Span studentsOfSchool(int school) {
        int first = firstStudentOfTeam(firstTeamOfSchool(school));
        int end = firstStudentOfTeam(firstTeamOfSchool(school + 1));
        return new Span(first, 1, end - first);
    }

    public Span classesOfSchool(int school) {
        Span staff = teachersOfSchool(school);
        return new Span(staff.first() * SECTIONS, 1, staff.size() * SECTIONS);
    }

    /** One per student and class; teachers' enrollments are counted separately, one per class. */
    public int studentEnrollments() {
        int lastTeam = teams - 1;
        int before = firstStudentOfTeam(lastTeam);
        return before * TEAM + (students - before) * teachersOfTeam(lastTeam);
    }

    /** Position of a student's first enrollment. */
    public int firstEnrollmentOfStudent(int student) {
        int before = firstStudentOfTeam(teams - 1);
        return student <= before ? student * TEAM : before * TEAM + (student - before) * teachersOfTeam(teams - 1);
    }

    public int studentOfEnrollment(int enrollment) {
        int before = firstStudentOfTeam(teams - 1);
        return enrollment < before * TEAM
                ? enrollment / TEAM
                : before + (enrollment - before * TEAM) / teachersOfTeam(teams - 1);
    }

    public int classOfEnrollment(int enrollment) {
        int student = studentOfEnrollment(enrollment);
        return classesOfStudent(student).at(enrollment - firstEnrollmentOfStudent(student));
    }

    /** The school of a person; the first school for guardians. */
    public int schoolOf(PersonKind kind, int index) {
        return switch (kind) {
            case ADMINISTRATOR -> index % schools;
            case GUARDIAN -> index < students ? schoolOfTeam(teamOfStudent(index)) : 0;
            case STUDENT -> schoolOfTeam(teamOfStudent(index));
            case TEACHER -> schoolOfTeam(teamOfTeacher(index));
        };
    }
}
