/** What the project measures of itself: {@code mvn -Pbenchmarks}. Each chapter sets up real servers and loads them. */
package io.github.k12sso.classlink.benchmarks;
