package io.github.k12sso.classlink.it.support;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.Tag;

/**
 * Runs with {@code -Pfull} only. For tests of size or duration: large rosters, long load, real timeouts, restarts, all
 * combinations of which the default run has a few, and tests that start their own Keycloak server. The default run has a small
 * version of each. A comment at each use gives the reason.
 */
@Target({ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
@Tag("full")
public @interface Full {}
