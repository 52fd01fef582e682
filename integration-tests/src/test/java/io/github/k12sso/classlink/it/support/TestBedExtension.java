package io.github.k12sso.classlink.it.support;

import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Starts the {@link TestBed} with the first test that wants it, and ends it with the run. The schools of a test, or of a class,
 * are released with it.
 */
final class TestBedExtension implements BeforeAllCallback, BeforeEachCallback, ParameterResolver {

    private static final ExtensionContext.Namespace NAMESPACE = ExtensionContext.Namespace.create(TestBed.class);

    private static final String SCHOOLS = "release of schools";

    @Override
    public void beforeAll(ExtensionContext context) {
        releaseSchoolsAtTheEndOf(context);
    }

    @Override
    public void beforeEach(ExtensionContext context) {
        testBed(context).restoreClassLink();
        releaseSchoolsAtTheEndOf(context);
    }

    /** Those that are made from now on; JUnit closes what is kept for a test or a class when that is over. */
    private static void releaseSchoolsAtTheEndOf(ExtensionContext context) {
        TestBed bed = testBed(context);
        int before = bed.schools();
        AutoCloseable release = () -> bed.keepSchools(before);
        context.getStore(NAMESPACE).put(SCHOOLS, release);
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == TestBed.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        return testBed(context);
    }

    private static TestBed testBed(ExtensionContext context) {
        return context.getRoot()
                .getStore(NAMESPACE)
                .getOrComputeIfAbsent(TestBed.class, key -> TestBed.start(), TestBed.class);
    }
}
