package io.github.k12sso.classlink;

import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Map;
import java.util.function.Function;

/** Stubs for Keycloak interfaces. Calling a method that is not stubbed fails the test. */
public final class Stub {

    private Stub() {}

    /** Returns a stub of a type whose methods, by name, are implemented by these functions of their arguments. */
    public static <T> T of(Class<T> type, Map<String, Function<Object[], Object>> methods) {
        return type.cast(Proxy.newProxyInstance(
                type.getClassLoader(),
                new Class<?>[] {type},
                (proxy, method, arguments) ->
                        answer(proxy, methods, method, arguments == null ? new Object[0] : arguments)));
    }

    private static Object answer(
            Object proxy, Map<String, Function<Object[], Object>> methods, Method method, Object[] arguments) {
        if (method.getDeclaringClass() == Object.class) {
            return identity(proxy, method, arguments);
        }
        Function<Object[], Object> answer = methods.get(method.getName());
        if (answer == null) {
            throw new UnsupportedOperationException(method.toString());
        }
        return answer.apply(arguments);
    }

    private static Object identity(Object proxy, Method method, Object[] arguments) {
        return switch (method.getName()) {
            case "equals" -> proxy == arguments[0];
            case "hashCode" -> System.identityHashCode(proxy);
            default -> "a stub";
        };
    }
}
