package io.github.k12sso.classlink.mapper;

import io.github.k12sso.classlink.profile.Profile;
import java.util.Arrays;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.keycloak.models.Constants;

/**
 * ClassLink roles that an administrator has named. Compared whole and without regard to case, and nothing else: no prefix,
 * no pattern, so that {@code Administrator} is not found in {@code Tenant Administrator}.
 */
final class RoleNames {

    private final Set<String> names;

    private RoleNames(Set<String> names) {
        this.names = names;
    }

    /** Reads one a line, or with Keycloak's {@code ##} between them; null and blank are no role at all. */
    static RoleNames parse(String setting) {
        if (setting == null) {
            return new RoleNames(Set.of());
        }
        return new RoleNames(Arrays.stream(setting.split(Constants.CFG_DELIMITER + "|\\R"))
                .map(RoleNames::comparable)
                .filter(name -> !name.isEmpty())
                .collect(Collectors.toUnmodifiableSet()));
    }

    boolean matchOneOf(Profile profile) {
        return profile.roles().stream().map(RoleNames::comparable).anyMatch(names::contains);
    }

    private static String comparable(String role) {
        return role.strip().toLowerCase(Locale.ROOT);
    }
}
