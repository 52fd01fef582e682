/** Programs that are not on Maven Central and that some tests need on the machine. */
package io.github.k12sso.classlink.it.support.machine;
