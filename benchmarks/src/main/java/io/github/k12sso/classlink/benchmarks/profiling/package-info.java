/** Flight recordings of Keycloak during measurements, and analysis of CPU time and memory allocation. */
package io.github.k12sso.classlink.benchmarks.profiling;
