package io.github.k12sso.classlink.demo.app;

import java.util.Locale;

/** The roster responded with 403. The message is the reason from the response; empty if there is none. */
final class RosterRefusedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /**
     * What a 403 means for the user or the administrator. OneRoster has no codes for it, so it is derived from the words of the
     * reason; any other reason is {@link #OTHER} and shown as it is.
     */
    enum Meaning {
        KEYCLOAK_SCOPE_MISSING(
                "For the administrator: assign Keycloak's client scope for rosters to this app's client."),
        CLASSLINK_SCOPE_MISSING(
                "For the administrator: the ClassLink token lacks a scope. Add it to the scopes of the ClassLink"
                        + " identity provider in Keycloak; users get it at their next sign-in."),
        NOT_LINKED("Your account is not connected to ClassLink. Connect it once to see your classes here."),
        EXPIRED("Your ClassLink sign-in has expired. Sign in again to see your classes."),
        IMPERSONATED("An administrator is signed in as you. Only you can read your rosters."),
        OTHER_DISTRICT("You or this app don't have access to the roster of this district. Ask your administrator."),
        NOT_SHARED("Your district doesn't share its roster with this app. Your district's ClassLink"
                + " administrator can change this."),
        SERVER("For the administrator: the realm is disabled or must be used over https."),
        OTHER("This isn't a problem with your password. Please ask your administrator.");

        private final String text;

        Meaning(String text) {
            this.text = text;
        }

        String text() {
            return text;
        }
    }

    private final Meaning meaning;

    RosterRefusedException(String reason, String challenge) {
        super(reason);
        this.meaning = challenge.contains("insufficient_scope")
                ? Meaning.KEYCLOAK_SCOPE_MISSING
                : meaning(reason.toLowerCase(Locale.ROOT));
    }

    Meaning meaning() {
        return meaning;
    }

    private static Meaning meaning(String reason) {
        if (says(reason, "scope")) {
            return Meaning.CLASSLINK_SCOPE_MISSING;
        }
        if (says(reason, "not signed in with classlink", "not linked")) {
            return Meaning.NOT_LINKED;
        }
        if (says(reason, "expired", "sign in again")) {
            return Meaning.EXPIRED;
        }
        if (says(reason, "impersonation")) {
            return Meaning.IMPERSONATED;
        }
        if (says(reason, "another district", "own district", "allowed districts")) {
            return Meaning.OTHER_DISTRICT;
        }
        if (says(reason, "district")) {
            return Meaning.NOT_SHARED;
        }
        return says(reason, "https", "realm") ? Meaning.SERVER : Meaning.OTHER;
    }

    private static boolean says(String reason, String... words) {
        for (String word : words) {
            if (reason.contains(word)) {
                return true;
            }
        }
        return false;
    }
}
