/** The benchmarks, run with {@code mvn -Pbenchmarks}. Each chapter starts real servers and measures them under load. */
package io.github.k12sso.classlink.benchmarks;
