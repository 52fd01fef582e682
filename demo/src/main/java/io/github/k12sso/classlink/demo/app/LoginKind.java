package io.github.k12sso.classlink.demo.app;

import com.nimbusds.openid.connect.sdk.AuthenticationRequest;
import com.nimbusds.openid.connect.sdk.Prompt;

/** The kinds of login request that the app sends to Keycloak, and the parameters that each adds. */
enum LoginKind {
    /** Keycloak shows its login page, or none if the user has a session. */
    ORDINARY {
        @Override
        void addTo(AuthenticationRequest.Builder request, String alias) {
            // No additional parameters.
        }
    },
    /** Keycloak redirects to ClassLink immediately. */
    CLASSLINK {
        @Override
        void addTo(AuthenticationRequest.Builder request, String alias) {
            request.customParameter("kc_idp_hint", alias);
        }
    },
    /** Signs in with ClassLink even if the user has a Keycloak session, because only a new login gets a new ClassLink token. */
    RENEWAL {
        @Override
        void addTo(AuthenticationRequest.Builder request, String alias) {
            request.customParameter("kc_idp_hint", alias);
            request.prompt(new Prompt(Prompt.Type.LOGIN));
        }
    },
    /** Keycloak's application-initiated action that links the signed-in account to ClassLink. */
    CONNECT {
        @Override
        void addTo(AuthenticationRequest.Builder request, String alias) {
            request.customParameter("kc_action", "idp_link:" + alias);
        }
    };

    /** Whether the login starts a new session of the app. */
    boolean isFirst() {
        return this == ORDINARY || this == CLASSLINK;
    }

    abstract void addTo(AuthenticationRequest.Builder request, String alias);
}
