package io.github.k12sso.classlink.demo.app;

import java.util.List;

/**
 * A class as shown on the page.
 *
 * @param people the students if the user is a teacher, the teachers if the user is a student
 */
record SchoolClass(String sourcedId, String title, String location, List<RosterPerson> people) {

    SchoolClass {
        people = List.copyOf(people);
    }

    /** A user's name and whether the user is a student; all other roster fields are dropped. */
    record RosterPerson(String name, boolean student) {}
}
