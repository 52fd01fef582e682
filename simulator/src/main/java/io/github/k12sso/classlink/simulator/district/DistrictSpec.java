package io.github.k12sso.classlink.simulator.district;

import java.util.List;
import java.util.regex.Pattern;

/**
 * What one has to say to get a district.
 *
 * @param code the path of its sign-in page, such as {@code maplevalley}
 * @param people 10 to 1,000,000 roster users, generated and never stored
 * @param gradingPeriods whether the terms of its classes are grading periods; if not, they are the school year
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

    /** A district whose classes last the school year. */
    public DistrictSpec(String code, int tenantId, String name, int people) {
        this(code, tenantId, name, people, false);
    }

    /** Reads {@code code:tenantId:people}, which {@code :grading-periods} may follow. */
    public static DistrictSpec parse(String text) {
        String[] parts = text.split(":", -1);
        boolean gradingPeriods = parts.length == 4 && parts[3].equals(GRADING_PERIODS);
        if (parts.length != 3 && !gradingPeriods) {
            throw new IllegalArgumentException("expected code:tenantId:people[:" + GRADING_PERIODS + "], not " + text);
        }
        DistrictSpec district = of(parts[0], Integer.parseInt(parts[1]), Integer.parseInt(parts[2]));
        return gradingPeriods ? district.withGradingPeriods() : district;
    }

    /** A district with a made-up name, or the name and the terms of the default district with this code. */
    public static DistrictSpec of(String code, int tenantId, int people) {
        return defaults().stream()
                .filter(district -> district.code().equals(code))
                .findFirst()
                .map(known -> new DistrictSpec(code, tenantId, known.name(), people, known.gradingPeriods()))
                .orElseGet(() -> new DistrictSpec(code, tenantId, "District " + code, people));
    }

    /** The same district, whose classes' terms are grading periods. */
    public DistrictSpec withGradingPeriods() {
        return new DistrictSpec(code, tenantId, name, people, true);
    }

    /** Three invented districts; the third is on no allow-list, and its classes' terms are grading periods. */
    public static List<DistrictSpec> defaults() {
        return List.of(
                new DistrictSpec("maplevalley", 2, "Maple Valley Schools", 400),
                new DistrictSpec("harborpoint", 2222, "Harbor Point Schools", 240),
                new DistrictSpec("willowcreek", 9999, "Willow Creek Academy", 60).withGradingPeriods());
    }
}
