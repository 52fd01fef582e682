/** Token exchange and the brokering API, with the clients that apps use. */
package io.github.k12sso.classlink.it.exchange;
