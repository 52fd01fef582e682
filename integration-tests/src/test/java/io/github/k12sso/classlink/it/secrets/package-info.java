/** Where ClassLink's secrets must not be: each test's answers, logs, events and traces, and the database of the whole run. */
package io.github.k12sso.classlink.it.secrets;
