package io.github.k12sso.classlink.demo.app;

import com.nimbusds.openid.connect.sdk.AuthenticationRequest;
import com.nimbusds.openid.connect.sdk.Prompt;

/** The ways in which the app sends a person to Keycloak: one request, and what it adds. */
enum LoginKind {
    /** Keycloak shows its own login page, or nothing when the person is signed in there. */
    ORDINARY {
        @Override
        void addTo(AuthenticationRequest.Builder request, String alias) {
            // Nothing to add.
        }
    },
    /** Straight on to ClassLink. */
    CLASSLINK {
        @Override
        void addTo(AuthenticationRequest.Builder request, String alias) {
            request.customParameter("kc_idp_hint", alias);
        }
    },
    /** To ClassLink even if the person is signed in at Keycloak: only a new login there brings a new ClassLink token. */
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

    /** Whether nothing that the browser did before belongs to it. */
    boolean isFirst() {
        return this == ORDINARY || this == CLASSLINK;
    }

    abstract void addTo(AuthenticationRequest.Builder request, String alias);
}
