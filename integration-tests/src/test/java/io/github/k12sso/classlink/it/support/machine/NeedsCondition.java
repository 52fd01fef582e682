package io.github.k12sso.classlink.it.support.machine;

import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.platform.commons.support.AnnotationSupport;

/** Evaluates {@link Needs}. */
final class NeedsCondition implements ExecutionCondition {

    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
        Optional<Installed> missing = AnnotationSupport.findAnnotation(context.getElement(), Needs.class).stream()
                .flatMap(needs -> Stream.of(needs.value()))
                .filter(program -> !program.allowsTests())
                .findFirst();
        return missing.map(program -> ConditionEvaluationResult.disabled(program.toString()))
                .orElseGet(() -> ConditionEvaluationResult.enabled("all programs are there"));
    }
}
