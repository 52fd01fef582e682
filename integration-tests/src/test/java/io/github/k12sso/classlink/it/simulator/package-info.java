/** The simulator with clients that are used with ClassLink. */
package io.github.k12sso.classlink.it.simulator;
