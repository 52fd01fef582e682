package io.github.k12sso.classlink.profile;

import io.github.k12sso.classlink.profile.Profile.TenantId;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The districts whose people may log in. An empty list lets every district in; otherwise a person without a TenantId is
 * refused, because nothing says that they are from one of the listed ones.
 */
public final class TenantAllowList {

    /** Keycloak joins the values of a multi-valued setting with this. */
    private static final String SEPARATOR = "##";

    private final Set<TenantId> tenants;

    private TenantAllowList(Set<TenantId> tenants) {
        this.tenants = tenants;
    }

    /**
     * Reads the setting.
     *
     * @param setting TenantIds separated by {@code ##}; null and blank let every district in
     * @throws IllegalArgumentException if one of them is not a TenantId
     */
    public static TenantAllowList parse(String setting) {
        if (setting == null) {
            return new TenantAllowList(Set.of());
        }
        return new TenantAllowList(Arrays.stream(setting.split(SEPARATOR, -1))
                .map(String::strip)
                .filter(entry -> !entry.isEmpty())
                .map(
                        entry -> TenantId.of(entry)
                                .orElseThrow(
                                        () -> new IllegalArgumentException(
                                                "has an entry that is not a TenantId. Type numbers such as 2284, one for each district")))
                .collect(Collectors.toUnmodifiableSet()));
    }

    /** The districts on it; none, every district. */
    public Set<TenantId> tenants() {
        return tenants;
    }

    /** Whether a person's district is on it; every one is on an empty list. */
    public boolean admits(Profile profile) {
        return admits(profile.tenantId());
    }

    /** The same for a district that may be unknown. */
    public boolean admits(Optional<TenantId> tenant) {
        return tenants.isEmpty() || tenant.filter(tenants::contains).isPresent();
    }

    /** Whether a district is on it; every one is on an empty list. */
    public boolean admits(TenantId tenant) {
        return tenants.isEmpty() || tenants.contains(tenant);
    }
}
