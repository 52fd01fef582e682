/** Flight recordings of Keycloak during measurements, and analysis of processor time and memory allocation. */
package io.github.k12sso.classlink.benchmarks.profiling;
