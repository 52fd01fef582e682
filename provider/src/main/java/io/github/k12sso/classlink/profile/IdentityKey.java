package io.github.k12sso.classlink.profile;

import java.util.Arrays;
import java.util.Optional;

/** Which of a person's ids links them to their Keycloak user. */
public enum IdentityKey {

    /** ClassLink's {@code UserId}: always there, globally unique, equal to the id_token's {@code sub}. */
    USER_ID("user-id") {
        @Override
        public Optional<String> of(Profile profile) {
            return Optional.of(profile.userId());
        }
    },

    /**
     * {@code TenantId|SourcedId}: survives a new ClassLink account for the same pupil. Absent, and so no login, when either
     * part is: a key with an empty part would make one user of a whole district. A TenantId has no {@code |}, so two
     * different pairs never give the same key.
     */
    TENANT_AND_SOURCED_ID("tenant-and-sourced-id") {
        @Override
        public Optional<String> of(Profile profile) {
            return profile.tenantId()
                    .flatMap(tenant -> profile.sourcedId().map(sourced -> tenant.value() + "|" + sourced.value()))
                    .filter(key -> key.length() <= MAX_LENGTH);
        }
    };

    /** Keycloak keeps the key in a column of this many characters. */
    private static final int MAX_LENGTH = 255;

    private final String setting;

    IdentityKey(String setting) {
        this.setting = setting;
    }

    /** The value of the setting {@code identityKey} that chooses this key. */
    public String setting() {
        return setting;
    }

    /** The person's key, if the profile has all parts of it. */
    public abstract Optional<String> of(Profile profile);

    /** The key that a value of the setting {@code identityKey} chooses. */
    public static Optional<IdentityKey> ofSetting(String setting) {
        return Arrays.stream(values())
                .filter(key -> key.setting.equals(setting))
                .findFirst();
    }
}
