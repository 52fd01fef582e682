/** Who may read what of a roster. Rows and requests only: nothing of Keycloak, nothing of HTTP. */
package io.github.k12sso.classlink.roster.policy;
