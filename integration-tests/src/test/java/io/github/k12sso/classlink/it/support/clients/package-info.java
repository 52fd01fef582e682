/** Apps on standard libraries of other languages, run as separate processes. */
package io.github.k12sso.classlink.it.support.clients;
