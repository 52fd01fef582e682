package io.github.k12sso.classlink.demo.app;

import java.util.Locale;

/** The roster answered 403. Its message is the reason as the roster's answer words it; empty if there is none. */
final class RosterRefusedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /**
     * What a 403 means to the person, and to the administrator. OneRoster has no codes for it, so that the words of the reason
     * decide; a reason in other words is shown, with {@link #OTHER}.
     */
    enum Meaning {
        KEYCLOAK_SCOPE_MISSING(
                "For the administrator: assign Keycloak's client scope for rosters to this app's client."),
        CLASSLINK_SCOPE_MISSING(
                "For the administrator: the ClassLink token lacks a scope. Add it to the scopes of the ClassLink"
                        + " identity provider in Keycloak; users get it at their next sign-in."),
        NOT_LINKED("Keycloak has no ClassLink account of yours. Connect it once, and your classes appear here."),
        EXPIRED("Your sign-in at ClassLink is too old for this. A new one helps."),
        IMPERSONATED("An administrator is signed in for you. Rosters are open to the person only."),
        OTHER_DISTRICT("The roster is of a district that you, or this app, may not read. Ask your administrator."),
        NOT_SHARED("Your district doesn't share its roster with this app, or not any more. Your district's ClassLink"
                + " administrator can change that."),
        SERVER("For the administrator: the realm is disabled or must be used over https."),
        OTHER("Nothing is wrong with your password. Please ask your administrator.");

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
