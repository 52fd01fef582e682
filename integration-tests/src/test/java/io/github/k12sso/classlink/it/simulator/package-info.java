/** The simulator, used by clients that people use with ClassLink. */
package io.github.k12sso.classlink.it.simulator;
