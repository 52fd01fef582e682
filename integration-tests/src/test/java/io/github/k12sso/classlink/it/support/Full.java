package io.github.k12sso.classlink.it.support;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.Tag;

/**
 * Runs with {@code -Pfull} only. For tests that are about size or duration: large rosters, long load, real timeouts, restarts,
 * every combination where the default run has a few, and whatever starts a Keycloak server for itself. The default run keeps
 * the smallest form of the same behavior. Each use says in a comment why the test is slow.
 */
@Target({ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
@Tag("full")
public @interface Full {}
