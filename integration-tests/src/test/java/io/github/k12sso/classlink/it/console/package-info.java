/** The provider in Keycloak's admin console and account console: settings, texts, linked accounts. */
package io.github.k12sso.classlink.it.console;
