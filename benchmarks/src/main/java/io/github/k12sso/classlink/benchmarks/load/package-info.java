/** Gatling: what it sends, how it is run and what it reports. */
package io.github.k12sso.classlink.benchmarks.load;
