package io.github.k12sso.classlink.simulator.district;

import java.util.List;
import java.util.regex.Pattern;

/**
 * What one has to say to get a district.
 *
 * @param code the path of its sign-in page, such as {@code maplevalley}
 * @param people 10 to 1,000,000 roster users, generated and never stored
 */
public record DistrictSpec(String code, int tenantId, String name, int people) {
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

    /** Reads {@code code:tenantId:people}. */
    public static DistrictSpec parse(String text) {
        String[] parts = text.split(":", -1);
        if (parts.length != 3) {
            throw new IllegalArgumentException("expected code:tenantId:people, not " + text);
        }
        return of(parts[0], Integer.parseInt(parts[1]), Integer.parseInt(parts[2]));
    }

    /** A district with a made-up name, or the name of the default district with this code. */
    public static DistrictSpec of(String code, int tenantId, int people) {
        String name = defaults().stream()
                .filter(district -> district.code().equals(code))
                .map(DistrictSpec::name)
                .findFirst()
                .orElse("District " + code);
        return new DistrictSpec(code, tenantId, name, people);
    }

    /** Three invented districts; the third is the one that nobody puts on an allow-list. */
    public static List<DistrictSpec> defaults() {
        return List.of(
                new DistrictSpec("maplevalley", 2, "Maple Valley Schools", 400),
                new DistrictSpec("harborpoint", 2222, "Harbor Point Schools", 240),
                new DistrictSpec("willowcreek", 9999, "Willow Creek Academy", 60));
    }
}
