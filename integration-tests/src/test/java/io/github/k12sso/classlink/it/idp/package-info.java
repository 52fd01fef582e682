/** Sign-in with ClassLink: the callback, the id_token, account linking, usernames and the login page. */
package io.github.k12sso.classlink.it.idp;
