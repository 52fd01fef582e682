/** Flight recordings of Keycloak while a side is measured, and what they say about where its time and memory go. */
package io.github.k12sso.classlink.benchmarks.profiling;
