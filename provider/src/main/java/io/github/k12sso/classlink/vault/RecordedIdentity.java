package io.github.k12sso.classlink.vault;

import io.github.k12sso.classlink.profile.Profile;
import io.github.k12sso.classlink.profile.SourcedId;
import io.github.k12sso.classlink.profile.TenantId;
import java.util.List;
import java.util.Optional;

/**
 * What ClassLink said about a person at their last login, as far as it decides what they may read. Sealed with the tokens,
 * because user attributes can be edited.
 *
 * @param userId ClassLink's UserId
 * @param tenantId their district
 * @param sourcedId their id in the district's roster
 * @param roles as ClassLink writes them; most profiles have one
 */
public record RecordedIdentity(
        String userId, Optional<TenantId> tenantId, Optional<SourcedId> sourcedId, List<String> roles) {

    public RecordedIdentity {
        roles = List.copyOf(roles);
    }

    /** The facts of a profile that was just read. */
    public static RecordedIdentity of(Profile profile) {
        return new RecordedIdentity(profile.userId(), profile.tenantId(), profile.sourcedId(), profile.roles());
    }

    /** Without the person. */
    @Override
    public String toString() {
        return "RecordedIdentity[…]";
    }
}
