package io.repfold.data;

import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** A batch whose examples are made by several threads; the last one puts them together. */
final class PendingBatch {
  private final List<String> ids;
  private final BufferPool pool;
  private final Consumer<PendingBatch> whenDone;
  private final AtomicReferenceArray<Prepared> examples;
  private final AtomicInteger missing;
  private final CompletableFuture<Batch> result = new CompletableFuture<>();

  /**
   * @param whenDone told of this batch once it is complete or has failed
   */
  PendingBatch(List<String> ids, BufferPool pool, Consumer<PendingBatch> whenDone) {
    this.ids = ids;
    this.pool = pool;
    this.examples = new AtomicReferenceArray<>(ids.size());
    this.missing = new AtomicInteger(ids.size());
    this.whenDone = whenDone;
  }

  /** Makes an example, unless the batch has failed already. */
  void fill(int slot, Supplier<Prepared> example) {
    if (result.isDone()) {
      return;
    }
    try {
      examples.set(slot, example.get());
      if (missing.decrementAndGet() == 0) {
        Prepared[] all = new Prepared[ids.size()];
        Arrays.setAll(all, examples::get);
        result.complete(new Batch(ids, List.of(all), pool));
        whenDone.accept(this);
      }
    } catch (DataException e) {
      fail(e);
    } catch (Throwable e) {
      fail(new DataException(e, "'%s' cannot be loaded: %s".formatted(ids.get(slot), e)));
    }
  }

  void fail(DataException problem) {
    result.completeExceptionally(problem);
    whenDone.accept(this);
  }

  /** Waits for the batch. */
  Batch get() {
    try {
      return result.get();
    } catch (ExecutionException e) {
      // Thrown again in the thread that takes the batch, so that its stack is in the trace too.
      String message = e.getCause() instanceof DataException known ? known.getMessage() : null;
      throw new DataException(e, String.valueOf(message));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new DataException(e, "Interrupted while waiting for '%s'".formatted(ids.get(0)));
    }
  }
}
