/** Load generation with Gatling: requests, execution and results. */
package io.github.k12sso.classlink.benchmarks.load;
