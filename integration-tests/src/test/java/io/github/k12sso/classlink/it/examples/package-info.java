/** The apps in {@code examples/}, run with the commands in their READMEs. */
package io.github.k12sso.classlink.it.examples;
