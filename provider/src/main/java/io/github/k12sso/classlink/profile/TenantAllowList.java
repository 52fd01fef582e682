package io.github.k12sso.classlink.profile;

import io.github.k12sso.classlink.profile.Profile.TenantId;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The districts whose users can sign in. An empty list allows every district. Otherwise, users without a TenantId are
 * refused.
 */
public final class TenantAllowList {

    /** Keycloak's separator between the values of a multi-valued setting. */
    private static final String SEPARATOR = "##";

    private final Set<TenantId> tenants;

    private TenantAllowList(Set<TenantId> tenants) {
        this.tenants = tenants;
    }

    /**
     * Parses the setting.
     *
     * @param setting TenantIds separated by {@code ##}; null and blank allow every district
     * @throws IllegalArgumentException if one of them is not a TenantId
     */
    public static TenantAllowList parse(String setting) {
        if (setting == null) {
            return new TenantAllowList(Set.of());
        }
        return new TenantAllowList(Arrays.stream(setting.split(SEPARATOR, -1))
                .map(String::strip)
                .filter(entry -> !entry.isEmpty())
                .map(entry -> TenantId.of(entry)
                        .orElseThrow(() -> new IllegalArgumentException(
                                "has an entry that is not a TenantId. Enter one number per "
                                        + "district, such as 2284")))
                .collect(Collectors.toUnmodifiableSet()));
    }

    /** Returns the listed districts; if empty, every district is allowed. */
    public Set<TenantId> tenants() {
        return tenants;
    }

    /** Returns whether the user's district is allowed. */
    public boolean admits(Profile profile) {
        return admits(profile.tenantId());
    }

    /** Returns whether a district, which may be unknown, is allowed. */
    public boolean admits(Optional<TenantId> tenant) {
        return tenants.isEmpty() || tenant.filter(tenants::contains).isPresent();
    }

    /** Returns whether a district is allowed. */
    public boolean admits(TenantId tenant) {
        return tenants.isEmpty() || tenants.contains(tenant);
    }
}
