package io.github.k12sso.classlink.it.support;

import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/** One {@link TestBed} for a class and the classes nested in it; it is closed with the class. */
final class TestBedExtension implements BeforeEachCallback, ParameterResolver {

    private static final ExtensionContext.Namespace NAMESPACE = ExtensionContext.Namespace.create(TestBed.class);

    @Override
    public void beforeEach(ExtensionContext context) {
        testBed(context).restoreClassLink();
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
        return outermostClass(context)
                .getStore(NAMESPACE)
                .getOrComputeIfAbsent(TestBed.class, key -> TestBed.onSharedServer(), TestBed.class);
    }

    private static ExtensionContext outermostClass(ExtensionContext context) {
        ExtensionContext outermost = context;
        while (outermost.getParent().flatMap(ExtensionContext::getTestClass).isPresent()) {
            outermost = outermost.getParent().orElseThrow();
        }
        return outermost;
    }
}
