/** Programs that Maven Central does not have, which some tests need on the machine that they run on. */
package io.github.k12sso.classlink.it.support.machine;
