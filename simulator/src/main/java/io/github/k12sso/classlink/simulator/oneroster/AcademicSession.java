package io.github.k12sso.classlink.simulator.oneroster;

import io.github.k12sso.classlink.simulator.district.District;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * A school year and its parts; the names are the sourcedIds, in order. Quarters belong to a term, trimesters to the school
 * year. Only districts that use grading periods as class terms have trimesters.
 */
enum AcademicSession {
    FY("schoolYear", "Full Year", null, "2026-09-01", "2027-06-18"),
    GP1("gradingPeriod", "Quarter 1", "T1", "2026-09-01", "2026-11-06"),
    GP2("gradingPeriod", "Quarter 2", "T1", "2026-11-09", "2027-01-22"),
    GP3("gradingPeriod", "Quarter 3", "T2", "2027-01-25", "2027-04-02"),
    GP4("gradingPeriod", "Quarter 4", "T2", "2027-04-05", "2027-06-18"),
    T1("term", "Fall", "FY", "2026-09-01", "2027-01-22"),
    T2("term", "Spring", "FY", "2027-01-25", "2027-06-18"),
    TR1("gradingPeriod", "Trimester 1", "FY", "2026-09-01", "2026-12-04"),
    TR2("gradingPeriod", "Trimester 2", "FY", "2026-12-07", "2027-03-12"),
    TR3("gradingPeriod", "Trimester 3", "FY", "2027-03-15", "2027-06-18");

    private static final List<AcademicSession> TRIMESTERS = List.of(TR1, TR2, TR3);
    private static final List<List<AcademicSession>> BY_GRADING_PERIODS =
            List.of(List.of(GP1, GP2, GP3, GP4), TRIMESTERS, List.of(GP1, GP2));

    private final String type;
    private final String title;
    private final String parent;
    private final String startDate;
    private final String endDate;

    AcademicSession(String type, String title, String parent, String startDate, String endDate) {
        this.type = type;
        this.title = title;
        this.parent = parent;
        this.startDate = startDate;
        this.endDate = endDate;
    }

    String type() {
        return type;
    }

    String title() {
        return title;
    }

    String startDate() {
        return startDate;
    }

    String endDate() {
        return endDate;
    }

    Optional<AcademicSession> parent() {
        return Optional.ofNullable(parent).map(AcademicSession::valueOf);
    }

    /**
     * The terms of a teacher's classes: the school year; or its quarters, its trimesters, or the quarters of the first half.
     */
    static List<AcademicSession> ofClass(District district, int teacher) {
        return district.gradingPeriods() ? BY_GRADING_PERIODS.get(teacher % BY_GRADING_PERIODS.size()) : List.of(FY);
    }

    List<AcademicSession> childrenIn(District district) {
        return those(district, session -> name().equals(session.parent));
    }

    /** The sessions of {@code academicSessions}, {@code terms} or {@code gradingPeriods}. */
    static List<AcademicSession> of(District district, String collection) {
        return those(district, session -> switch (collection) {
            case "terms" -> session.type.equals("term");
            case "gradingPeriods" -> session.type.equals("gradingPeriod");
            default -> true;
        });
    }

    private static List<AcademicSession> those(District district, Predicate<AcademicSession> which) {
        return Arrays.stream(values())
                .filter(session -> district.gradingPeriods() || !TRIMESTERS.contains(session))
                .filter(which)
                .toList();
    }
}
