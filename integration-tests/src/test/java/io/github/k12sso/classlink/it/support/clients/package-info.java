/** Apps built on stock libraries of other languages, run as processes of their own. */
package io.github.k12sso.classlink.it.support.clients;
