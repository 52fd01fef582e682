package io.github.k12sso.classlink.demo.app;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A person's classes while they are read, on a thread of their own: the page can say how far it is. */
final class ClassesLoading {

    private volatile Step step = new Step(0, 0);
    private CompletableFuture<List<SchoolClass>> result;

    private ClassesLoading() {}

    /** How many classes are read, of how many; 0 of 0 before the list of classes is known. */
    record Step(int done, int all) {}

    /** The work itself. */
    interface Work {
        List<SchoolClass> load(ClassesClient.Progress progress);
    }

    static ClassesLoading start(Work work, Executor threads) {
        ClassesLoading loading = new ClassesLoading();
        loading.result = CompletableFuture.supplyAsync(
                () -> work.load((done, all) -> loading.step = new Step(done, all)), threads);
        return loading;
    }

    /**
     * The classes if they are read within that time.
     *
     * @throws RuntimeException whatever the work threw
     */
    Optional<List<SchoolClass>> within(Duration time) {
        try {
            return Optional.of(result.get(time.toMillis(), TimeUnit.MILLISECONDS));
        } catch (TimeoutException e) {
            return Optional.empty();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException known) {
                throw known;
            }
            throw new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }

    Step step() {
        return step;
    }
}
