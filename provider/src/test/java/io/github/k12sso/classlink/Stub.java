package io.github.k12sso.classlink;

import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Map;
import java.util.function.Function;

/** A Keycloak interface of which a test needs a method or two; every other one fails the test that calls it. */
public final class Stub {

    private Stub() {}

    /** An object of that type whose methods, by name, are these functions of their arguments. */
    public static <T> T of(Class<T> type, Map<String, Function<Object[], Object>> methods) {
        return type.cast(Proxy.newProxyInstance(
                type.getClassLoader(),
                new Class<?>[] {type},
                (proxy, method, arguments) -> answer(methods, method, arguments == null ? new Object[0] : arguments)));
    }

    private static Object answer(Map<String, Function<Object[], Object>> methods, Method method, Object[] arguments) {
        Function<Object[], Object> answer = methods.get(method.getName());
        if (answer == null) {
            throw new UnsupportedOperationException(method.toString());
        }
        return answer.apply(arguments);
    }
}
