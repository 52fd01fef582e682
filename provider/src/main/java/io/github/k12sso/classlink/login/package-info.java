/** The identity provider: request, callback, verified id_token, profile, brokered identity; and its settings. */
package io.github.k12sso.classlink.login;
