package io.github.k12sso.classlink.demo.app;

import java.util.List;

/**
 * One class as the page shows it.
 *
 * @param people its students for a teacher, its teachers for a student
 */
record SchoolClass(String sourcedId, String title, String location, List<RosterPerson> people) {

    SchoolClass {
        people = List.copyOf(people);
    }

    /** A name, and whether it is a student's; everything else of a roster's person is dropped when it is read. */
    record RosterPerson(String name, boolean student) {}
}
