/** The apps of {@code examples/}, each on a stock library, run as their READMEs say. */
package io.github.k12sso.classlink.it.examples;
