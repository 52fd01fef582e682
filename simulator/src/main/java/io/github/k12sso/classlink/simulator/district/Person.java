package io.github.k12sso.classlink.simulator.district;

import java.util.List;

/**
 * A person in a roster, created on demand.
 *
 * @param index position among the people of this kind
 * @param grade CEDS code of a student, otherwise empty
 * @param schools indices of the schools the person belongs to
 */
public record Person(
        PersonKind kind,
        int index,
        String sourcedId,
        String givenName,
        String familyName,
        String loginId,
        String email,
        int userId,
        String grade,
        List<Integer> schools) {}
