/** Search for leaked ClassLink secrets in responses, logs, events, traces and databases of the whole run. */
package io.github.k12sso.classlink.it.secrets;
