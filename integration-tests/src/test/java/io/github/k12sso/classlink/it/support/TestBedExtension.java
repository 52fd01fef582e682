package io.github.k12sso.classlink.it.support;

import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Starts the {@link TestBed} with the first test that wants it, and ends it with the run. The schools of a test, or of a class,
 * are released with it.
 */
final class TestBedExtension
        implements BeforeAllCallback, BeforeEachCallback, AfterEachCallback, AfterAllCallback, ParameterResolver {

    private static final ExtensionContext.Namespace NAMESPACE = ExtensionContext.Namespace.create(TestBed.class);

    private static final String SCHOOLS = "schools before";

    @Override
    public void beforeAll(ExtensionContext context) {
        rememberSchools(context);
    }

    @Override
    public void beforeEach(ExtensionContext context) {
        testBed(context).restoreClassLink();
        rememberSchools(context);
    }

    @Override
    public void afterEach(ExtensionContext context) {
        releaseSchools(context);
    }

    @Override
    public void afterAll(ExtensionContext context) {
        releaseSchools(context);
    }

    private static void rememberSchools(ExtensionContext context) {
        context.getStore(NAMESPACE).put(SCHOOLS, testBed(context).schools());
    }

    private static void releaseSchools(ExtensionContext context) {
        testBed(context).keepSchools(context.getStore(NAMESPACE).get(SCHOOLS, Integer.class));
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
