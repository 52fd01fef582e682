package io.github.k12sso.classlink.texts;

import com.sun.source.tree.AnnotationTree;
import com.sun.source.tree.BinaryTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.ConditionalExpressionTree;
import com.sun.source.tree.ExpressionTree;
import com.sun.source.tree.IdentifierTree;
import com.sun.source.tree.LiteralTree;
import com.sun.source.tree.MethodInvocationTree;
import com.sun.source.tree.NewClassTree;
import com.sun.source.tree.ParenthesizedTree;
import com.sun.source.tree.StatementTree;
import com.sun.source.tree.Tree;
import com.sun.source.tree.VariableTree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.SourcePositions;
import com.sun.source.util.TreePath;
import com.sun.source.util.TreePathScanner;
import com.sun.source.util.TreeScanner;
import com.sun.source.util.Trees;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/** The string constants of Java sources, as the compiler parses them: concatenated, with {@link #VARIABLE} for what is no constant. */
final class JavaTexts {

    static final String VARIABLE = "…";

    /**
     * @param file the source file
     * @param line of the file, from 1
     * @param use what takes the text: {@code call LOG.warnf}, {@code new RosterFailure}, {@code @DisplayName}, {@code statement}
     */
    record JavaText(Path file, long line, String use, String value) {}

    private JavaTexts() {}

    static List<JavaText> of(List<Path> files) {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        try (StandardJavaFileManager manager = compiler.getStandardFileManager(null, null, null)) {
            JavacTask task = (JavacTask) compiler.getTask(
                    null,
                    manager,
                    problem -> {},
                    List.of("-proc:none"),
                    null,
                    manager.getJavaFileObjectsFromPaths(files));
            List<JavaText> texts = new ArrayList<>();
            for (CompilationUnitTree unit : task.parse()) {
                new Texts(unit, Trees.instance(task).getSourcePositions(), texts).scan(unit, null);
            }
            return texts;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static final class Texts extends TreePathScanner<Void, Void> {

        private final CompilationUnitTree unit;
        private final SourcePositions positions;
        private final List<JavaText> texts;
        /** Variables of the file with their first value, by name. */
        private final Map<String, List<String>> variables = new HashMap<>();

        Texts(CompilationUnitTree unit, SourcePositions positions, List<JavaText> texts) {
            this.unit = unit;
            this.positions = positions;
            this.texts = texts;
            new TreeScanner<Void, Void>() {
                @Override
                public Void visitVariable(VariableTree variable, Void none) {
                    if (variable.getInitializer() != null) {
                        variables.putIfAbsent(variable.getName().toString(), valuesOf(variable.getInitializer()));
                    }
                    return super.visitVariable(variable, null);
                }
            }.scan(unit, null);
        }

        @Override
        public Void visitLiteral(LiteralTree literal, Void none) {
            add(literal);
            return null;
        }

        @Override
        public Void visitBinary(BinaryTree binary, Void none) {
            if (valuesOf(binary).isEmpty()) {
                return super.visitBinary(binary, null);
            }
            add(binary);
            return null;
        }

        private void add(ExpressionTree expression) {
            Path file = Path.of(unit.getSourceFile().getName());
            long line = unit.getLineMap().getLineNumber(positions.getStartPosition(unit, expression));
            valuesOf(expression).forEach(value -> texts.add(new JavaText(file, line, use(), value)));
        }

        private String use() {
            for (TreePath path = getCurrentPath().getParentPath(); path != null; path = path.getParentPath()) {
                Tree tree = path.getLeaf();
                if (tree instanceof MethodInvocationTree call) {
                    return "call " + call.getMethodSelect();
                } else if (tree instanceof NewClassTree creation) {
                    return "new " + creation.getIdentifier();
                } else if (tree instanceof AnnotationTree annotation) {
                    return "@" + annotation.getAnnotationType();
                } else if (tree instanceof VariableTree variable) {
                    return "variable " + variable.getName();
                } else if (tree instanceof StatementTree) {
                    return "statement";
                }
            }
            return "";
        }

        private List<String> valuesOf(ExpressionTree expression) {
            if (expression instanceof LiteralTree literal) {
                return literal.getValue() instanceof String text ? List.of(text) : List.of();
            } else if (expression instanceof ParenthesizedTree inner) {
                return valuesOf(inner.getExpression());
            } else if (expression instanceof ConditionalExpressionTree choice) {
                return Stream.of(choice.getTrueExpression(), choice.getFalseExpression())
                        .flatMap(value -> valuesOf(value).stream())
                        .toList();
            } else if (expression instanceof BinaryTree binary && binary.getKind() == Tree.Kind.PLUS) {
                return joined(binary);
            }
            return List.of();
        }

        private List<String> joined(BinaryTree binary) {
            List<String> left = operand(binary.getLeftOperand());
            List<String> right = operand(binary.getRightOperand());
            if (left.equals(List.of(VARIABLE)) && right.equals(List.of(VARIABLE))) {
                return List.of();
            }
            return left.stream()
                    .flatMap(start -> right.stream().map(end -> start + end))
                    .toList();
        }

        private List<String> operand(ExpressionTree operand) {
            List<String> values = operand instanceof IdentifierTree name
                    ? variables.getOrDefault(name.getName().toString(), List.of())
                    : valuesOf(operand);
            return values.isEmpty() ? List.of(VARIABLE) : values;
        }
    }
}
