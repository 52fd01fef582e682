package io.github.k12sso.classlink.simulator.oneroster;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/** A district's school year and its parts; the names are their sourcedIds, in their order. */
enum AcademicSession {
    FY("schoolYear", "Full Year", null, "2026-09-01", "2027-06-18"),
    GP1("gradingPeriod", "Quarter 1", "T1", "2026-09-01", "2026-11-06"),
    GP2("gradingPeriod", "Quarter 2", "T1", "2026-11-09", "2027-01-22"),
    GP3("gradingPeriod", "Quarter 3", "T2", "2027-01-25", "2027-04-02"),
    GP4("gradingPeriod", "Quarter 4", "T2", "2027-04-05", "2027-06-18"),
    T1("term", "Fall", "FY", "2026-09-01", "2027-01-22"),
    T2("term", "Spring", "FY", "2027-01-25", "2027-06-18");

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

    List<AcademicSession> children() {
        return those(session -> name().equals(session.parent));
    }

    /** Those of {@code academicSessions}, {@code terms} or {@code gradingPeriods}. */
    static List<AcademicSession> of(String collection) {
        return those(session -> switch (collection) {
            case "terms" -> session.type.equals("term");
            case "gradingPeriods" -> session.type.equals("gradingPeriod");
            default -> true;
        });
    }

    private static List<AcademicSession> those(Predicate<AcademicSession> which) {
        return Arrays.stream(values()).filter(which).toList();
    }
}
