package io.github.k12sso.classlink.demo.app;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Reads a user's classes on a separate thread, so that the page can show the progress. */
final class ClassesLoading {

    private volatile Step step = new Step(0, 0);
    private CompletableFuture<List<SchoolClass>> result;

    private ClassesLoading() {}

    /** The number of classes read and the total; both 0 until the list of classes is known. */
    record Step(int done, int all) {}

    /** The task that reads the classes. */
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
     * Waits for the classes for up to this time.
     *
     * @throws RuntimeException the exception of the task
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
