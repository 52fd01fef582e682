package io.github.k12sso.classlink.simulator.district;

import java.util.List;
import java.util.regex.Pattern;

/**
 * Describes a district to create.
 *
 * @param code the path of its sign-in page, such as {@code maplevalley}
 * @param people 10 to 1,000,000 roster users, generated on demand
 * @param gradingPeriods whether the terms of its classes are grading periods rather than the school year
 */
public record DistrictSpec(String code, int tenantId, String name, int people, boolean gradingPeriods) {
    private static final String GRADING_PERIODS = "grading-periods";
    private static final Pattern CODE = Pattern.compile("[a-z][a-z0-9-]{1,40}");
    private static final List<String> TAKEN =
            List.of("home", "logout", "launch", "applications", "servers", "ims", "proxy", "oauth2", "v2", "my");

    public DistrictSpec {
        if (!CODE.matcher(code).matches() || TAKEN.contains(code)) {
            throw new IllegalArgumentException("not usable as a district code: " + code);
        }
        if (people < 10 || people > 1_000_000) {
            throw new IllegalArgumentException("a district has 10 to 1000000 people, not " + people);
        }
    }

    /** A district whose class terms are the school year. */
    public DistrictSpec(String code, int tenantId, String name, int people) {
        this(code, tenantId, name, people, false);
    }

    /** Parses {@code code:tenantId:people}, optionally followed by {@code :grading-periods}. */
    public static DistrictSpec parse(String text) {
        String[] parts = text.split(":", -1);
        boolean gradingPeriods = parts.length == 4 && parts[3].equals(GRADING_PERIODS);
        if (parts.length != 3 && !gradingPeriods) {
            throw new IllegalArgumentException("expected code:tenantId:people[:" + GRADING_PERIODS + "], not " + text);
        }
        DistrictSpec district = of(parts[0], Integer.parseInt(parts[1]), Integer.parseInt(parts[2]));
        return gradingPeriods ? district.withGradingPeriods() : district;
    }

    /** A district with a generated name, or with name and terms of the default district with this code. */
    public static DistrictSpec of(String code, int tenantId, int people) {
        return defaults().stream()
                .filter(district -> district.code().equals(code))
                .findFirst()
                .map(known -> new DistrictSpec(code, tenantId, known.name(), people, known.gradingPeriods()))
                .orElseGet(() -> new DistrictSpec(code, tenantId, "District " + code, people));
    }

    /** The same district with grading periods as class terms. */
    public DistrictSpec withGradingPeriods() {
        return new DistrictSpec(code, tenantId, name, people, true);
    }

    /** Three fictional districts; the third is on no allow list and uses grading periods as class terms. */
    public static List<DistrictSpec> defaults() {
        return List.of(
                new DistrictSpec("maplevalley", 2, "Maple Valley Schools", 400),
                new DistrictSpec("harborpoint", 2222, "Harbor Point Schools", 240),
                new DistrictSpec("willowcreek", 9999, "Willow Creek Academy", 60).withGradingPeriods());
    }
}
