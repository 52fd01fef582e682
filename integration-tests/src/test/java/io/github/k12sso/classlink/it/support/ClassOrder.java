package io.github.k12sso.classlink.it.support;

import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.ClassDescriptor;
import org.junit.jupiter.api.ClassOrderer;
import org.junit.jupiter.api.ClassOrdererContext;
import org.junit.jupiter.api.Order;

/**
 * Runs classes by their {@link Order}, long ones first to shorten the run; or in random order with {@code -Dclass.order=random}
 * or with the seed that an earlier run printed. The search for secrets always runs last.
 */
public final class ClassOrder implements ClassOrderer {

    private static final OptionalLong SEED = seed();

    /** The {@link Order} of the last class. */
    public static final int LAST = Integer.MAX_VALUE;

    @Override
    public void orderClasses(ClassOrdererContext context) {
        List<? extends ClassDescriptor> classes = context.getClassDescriptors();
        SEED.ifPresent(seed -> Collections.shuffle(classes, new java.util.Random(seed)));
        classes.sort(Comparator.comparingInt(type -> SEED.isEmpty() || orderOf(type) == LAST ? orderOf(type) : 0));
    }

    private static OptionalLong seed() {
        String order = System.getProperty("class.order", "");
        if (order.isEmpty()) {
            return OptionalLong.empty();
        }
        long seed = order.equals("random") ? System.nanoTime() % 1_000_000 : Long.parseLong(order);
        System.out.println("Random order of classes: -Dclass.order=" + seed);
        return OptionalLong.of(seed);
    }

    private static int orderOf(ClassDescriptor type) {
        return type.findAnnotation(Order.class).map(Order::value).orElse(Order.DEFAULT);
    }
}
