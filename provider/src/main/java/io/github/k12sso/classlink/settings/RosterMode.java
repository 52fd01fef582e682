package io.github.k12sso.classlink.settings;

import java.util.Arrays;
import java.util.Optional;

/** Whose key opens the roster service. */
public enum RosterMode {
    /** No rosters. */
    OFF("off"),
    /** The person's own ClassLink token: what ClassLink lets that person see. */
    USER_TOKEN("user-token"),
    /** The partner's key: every district that shares its roster with the app. */
    PARTNER_KEY("partner-key");

    private final String setting;

    RosterMode(String setting) {
        this.setting = setting;
    }

    /** The value of the setting {@code rosterMode} that chooses this mode. */
    public String setting() {
        return setting;
    }

    /** The mode that a value of the setting chooses; empty if none does. */
    public static Optional<RosterMode> ofSetting(String setting) {
        return Arrays.stream(values())
                .filter(mode -> mode.setting.equals(setting))
                .findFirst();
    }
}
