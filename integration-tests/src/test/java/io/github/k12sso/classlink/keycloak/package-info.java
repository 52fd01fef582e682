/** What tests add to the provider's package inside the Keycloak that they drive. */
package io.github.k12sso.classlink.keycloak;
