package io.repfold.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.repfold.runtime.BatchingQueue.Options;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 10, unit = TimeUnit.MINUTES)
class BatchingQueueTest {
  private static final Duration FOR_EVER = Duration.ofHours(1);

  @Test
  void requests_of_one_shape_are_run_together_and_get_their_own_rows() throws Exception {
    try (Engine engine = counting();
        BatchingQueue queue = new BatchingQueue(engine, Options.of(4, FOR_EVER))) {
      List<CompletableFuture<Map<String, HostTensor>>> results = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        results.add(queue.submit(x(i, -i)));
      }
      for (int i = 0; i < 8; i++) {
        Map<String, HostTensor> outputs = results.get(i).get();
        assertThat(outputs.get("y")).hasToString("float32[1, 2]");
        assertThat(outputs.get("y").toFloats()).containsExactly(i, 0);
        assertThat(outputs.get("size").toDoubles()).containsExactly(4);
      }
    }
  }

  @Test
  void different_shapes_are_not_mixed() throws Exception {
    try (Engine engine = counting();
        BatchingQueue queue = new BatchingQueue(engine, Options.of(2, FOR_EVER))) {
      CompletableFuture<Map<String, HostTensor>> wide = queue.submit(x(1, 2, 3));
      CompletableFuture<Map<String, HostTensor>> narrow = queue.submit(x(4));
      assertThat(queue.submit(x(5, 6, 7)).get().get("y").toFloats()).containsExactly(5, 6, 7);
      assertThat(wide.get().get("y").toFloats()).containsExactly(1, 2, 3);
      assertThat(narrow).isNotDone();
      assertThat(queue.submit(x(8)).get().get("y").toFloats()).containsExactly(8);
      assertThat(narrow.get().get("y").toFloats()).containsExactly(4);
    }
  }

  @Test
  void a_request_that_does_not_fit_fails_at_once_and_alone() throws Exception {
    try (Engine engine = counting();
        BatchingQueue queue = new BatchingQueue(engine, Options.of(2, FOR_EVER))) {
      CompletableFuture<Map<String, HostTensor>> good = queue.submit(x(1));
      assertRefused(queue, Map.of(), "input 'x' (float32[n, m]) is missing");
      assertRefused(
          queue,
          Map.of("x", HostTensor.ofLongs(new long[] {1}, 1, 1)),
          "expected float32[n, m], found int64[1, 1]");
      assertRefused(
          queue,
          Map.of("x", HostTensor.ofFloats(new float[2], 2, 1)),
          "the first dimension of 'x' is the batch and must be 1 in a request, found float32[2, 1]");
      assertThat(queue.submit(x(Float.NaN)).get().get("y").shape()).containsExactly(1, 1);
      assertThat(good.get().get("y").toFloats()).containsExactly(1);
    }
  }

  @Test
  void a_request_that_fails_in_the_model_fails_alone() throws Exception {
    OnnxModel gather =
        new OnnxModel()
            .input("x", OnnxModel.INT64, "n")
            .weights("table", new float[] {10, 11, 12}, 3)
            .node("Gather", List.of("table", "x"), List.of("y"))
            .output("y", OnnxModel.FLOAT, "n");
    try (Engine engine = gather.load();
        BatchingQueue queue = new BatchingQueue(engine, Options.of(3, FOR_EVER))) {
      CompletableFuture<Map<String, HostTensor>> first = queue.submit(index(2));
      CompletableFuture<Map<String, HostTensor>> wrong = queue.submit(index(3));
      CompletableFuture<Map<String, HostTensor>> last = queue.submit(index(0));
      assertThat(first.get().get("y").toFloats()).containsExactly(12);
      assertThat(last.get().get("y").toFloats()).containsExactly(10);
      assertThatThrownBy(wrong::get)
          .hasCauseInstanceOf(EngineException.class)
          .hasMessageContaining("Cannot run 'tiny.onnx': ")
          .hasMessageContaining("Gather");
    }
  }

  @Test
  void models_without_an_open_batch_size_are_refused() {
    assertRefused(
        OnnxModel.conv(1), "of its input 'x' [1, 1, 4, 4] must be open. Export the model");
    assertRefused(
        new OnnxModel()
            .input("x", OnnxModel.FLOAT, "n")
            .node("ReduceSum", List.of("x"), List.of("y"), OnnxModel.integer("keepdims", 0))
            .output("y", OnnxModel.FLOAT),
        "of its output 'y' [] must be open");
  }

  @Test
  void an_output_whose_rows_are_not_the_requests_is_an_error() {
    OnnxModel twice =
        new OnnxModel()
            .input("x", OnnxModel.FLOAT, "n")
            .node("Concat", List.of("x", "x"), List.of("y"), OnnxModel.integer("axis", 0))
            .output("y", OnnxModel.FLOAT, "m");
    try (Engine engine = twice.load();
        BatchingQueue queue = new BatchingQueue(engine, Options.of(1, FOR_EVER))) {
      assertRefused(
          queue,
          Map.of("x", HostTensor.ofFloats(new float[] {1}, 1)),
          "of 1 requests its output 'y' made float32[2], whose first dimension is not the batch");
    }
  }

  @Test
  void closing_finishes_what_waits_and_refuses_what_comes() throws Exception {
    try (Engine engine = counting()) {
      BatchingQueue queue = new BatchingQueue(engine, Options.of(100, FOR_EVER));
      CompletableFuture<Map<String, HostTensor>> one = queue.submit(x(1));
      CompletableFuture<Map<String, HostTensor>> other = queue.submit(x(1, 2));
      queue.close();
      queue.close();
      assertThat(one).isCompleted();
      assertThat(other).isCompleted();
      assertThat(one.get().get("y").toFloats()).containsExactly(1);
      assertThatThrownBy(() -> queue.submit(x(1)).get())
          .hasCauseInstanceOf(IllegalStateException.class)
          .hasMessageContaining("The batching queue of 'tiny.onnx' is closed");
      assertThat(engine.run(x(3)).get("y").toFloats()).containsExactly(3);
    }
  }

  @Test
  void closing_from_what_follows_a_result_does_not_wait_for_itself() throws Exception {
    try (Engine engine = counting()) {
      BatchingQueue queue = new BatchingQueue(engine, Options.of(2, FOR_EVER));
      CompletableFuture<Map<String, HostTensor>> one = queue.submit(x(1));
      CompletableFuture<Void> closed = one.thenRun(queue::close);
      assertThat(queue.submit(x(2)).get().get("y").toFloats()).containsExactly(2);
      closed.get();
      queue.close();
      assertThatThrownBy(() -> queue.submit(x(1)).get()).hasMessageContaining("is closed");
    }
  }

  @Test
  void a_closed_engine_fails_what_waits_by_name() {
    Engine engine = counting();
    try (BatchingQueue queue = new BatchingQueue(engine, Options.of(2, FOR_EVER))) {
      CompletableFuture<Map<String, HostTensor>> one = queue.submit(x(1));
      engine.close();
      CompletableFuture<Map<String, HostTensor>> two = queue.submit(x(2));
      for (CompletableFuture<?> result : List.of(one, two)) {
        assertThatThrownBy(result::get)
            .hasCauseInstanceOf(IllegalStateException.class)
            .hasMessageContaining("The engine of 'tiny.onnx' is closed");
      }
    }
  }

  @Test
  void a_cancelled_request_is_left_out() throws Exception {
    try (Engine engine = counting();
        BatchingQueue queue = new BatchingQueue(engine, Options.of(2, FOR_EVER))) {
      queue.submit(x(1)).cancel(false);
      CompletableFuture<Map<String, HostTensor>> two = queue.submit(x(2));
      CompletableFuture<Map<String, HostTensor>> three = queue.submit(x(3));
      assertThat(two.get().get("size").toDoubles()).containsExactly(2);
      assertThat(two.get().get("y").toFloats()).containsExactly(2);
      assertThat(three.get().get("y").toFloats()).containsExactly(3);
    }
  }

  @Test
  void no_more_wait_than_may() {
    try (Engine engine = counting()) {
      BatchingQueue queue = new BatchingQueue(engine, new Options(5, FOR_EVER, 6));
      List<CompletableFuture<?>> results = new ArrayList<>();
      for (int width = 1; width <= 6; width++) {
        results.add(queue.submit(x(new float[width])));
      }
      assertRefused(queue, x(1), "Cannot run 'tiny.onnx' now: 6 requests wait for it already");
      queue.close();
      assertThat(results).allMatch(result -> result.isDone() && !result.isCompletedExceptionally());
    }
  }

  @Test
  void what_was_cancelled_waits_no_longer() {
    try (Engine engine = counting();
        BatchingQueue queue = new BatchingQueue(engine, new Options(5, FOR_EVER, 6))) {
      for (int width = 1; width <= 60; width++) {
        CompletableFuture<?> result = queue.submit(x(new float[width]));
        assertThat(result).as("request %d", width).isNotDone();
        result.cancel(false);
      }
    }
  }

  @Test
  void a_thread_that_cannot_start_fails_the_request_and_the_next_one_starts_another()
      throws Exception {
    Queue<Error> failures = new ArrayDeque<>(List.of(new OutOfMemoryError("no native thread")));
    ThreadFactory factory =
        work ->
            new Thread(work, "batches") {
              @Override
              public synchronized void start() {
                if (!failures.isEmpty()) {
                  throw failures.remove();
                }
                super.start();
              }
            };
    try (Engine engine = counting();
        BatchingQueue queue =
            new BatchingQueue(engine, Options.of(1, FOR_EVER), QueueClock.SYSTEM, factory)) {
      assertThatThrownBy(() -> queue.submit(x(1)).get(1, TimeUnit.MINUTES))
          .hasCauseInstanceOf(OutOfMemoryError.class)
          .hasMessageContaining("no native thread");
      assertThat(queue.submit(x(2)).get(1, TimeUnit.MINUTES).get("y").toFloats())
          .containsExactly(2);
    }
  }

  @Test
  void a_queue_whose_thread_could_not_start_can_be_closed() {
    try (Engine engine = counting()) {
      BatchingQueue queue =
          new BatchingQueue(
              engine,
              Options.of(1, FOR_EVER),
              QueueClock.SYSTEM,
              work -> {
                throw new OutOfMemoryError("no native thread");
              });
      CompletableFuture<?> result = queue.submit(x(1));
      assertThat(result).isCompletedExceptionally();
      assertThat(CompletableFuture.runAsync(queue::close)).succeedsWithin(Duration.ofMinutes(1));
    }
  }

  @Test
  void a_thread_that_ends_with_an_error_fails_what_waits_and_the_next_request_starts_another()
      throws Exception {
    FailingClock clock = new FailingClock();
    try (Engine engine = counting();
        BatchingQueue queue = new BatchingQueue(engine, Options.of(2, FOR_EVER), clock)) {
      CompletableFuture<?> narrow = queue.submit(x(1));
      clock.failNextWait();
      CompletableFuture<?> wide = queue.submit(x(1, 2));
      for (CompletableFuture<?> result : List.of(narrow, wide)) {
        assertThatThrownBy(() -> result.get(1, TimeUnit.MINUTES))
            .hasCauseInstanceOf(StackOverflowError.class);
      }
      var unused = queue.submit(x(3));
      assertThat(queue.submit(x(4)).get(1, TimeUnit.MINUTES).get("y").toFloats())
          .containsExactly(4);
      clock.failNextWait();
      assertThat(CompletableFuture.runAsync(queue::close)).succeedsWithin(Duration.ofMinutes(1));
    }
  }

  @Test
  void an_error_in_a_run_fails_its_requests_and_no_others() throws Exception {
    try (Engine engine = new ErringEngine();
        BatchingQueue queue = new BatchingQueue(engine, Options.of(2, FOR_EVER))) {
      CompletableFuture<Map<String, HostTensor>> good = queue.submit(x(1));
      CompletableFuture<Map<String, HostTensor>> bad = queue.submit(x(-1));
      assertThat(good.get(1, TimeUnit.MINUTES).get("x").toFloats()).containsExactly(1);
      assertThatThrownBy(() -> bad.get(1, TimeUnit.MINUTES))
          .hasCauseInstanceOf(UnsatisfiedLinkError.class);
      CompletableFuture<?> next = queue.submit(x(2));
      var unused = queue.submit(x(3));
      assertThat(next).succeedsWithin(Duration.ofMinutes(1));
    }
  }

  @Test
  void requests_of_many_threads_get_their_own_answers_until_the_queue_is_closed() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(6);
    try (Engine engine = counting()) {
      BatchingQueue queue = new BatchingQueue(engine, Options.of(4, Duration.ofMillis(1)));
      CountDownLatch answers = new CountDownLatch(500);
      List<Future<Integer>> answered = new ArrayList<>();
      for (int t = 0; t < 6; t++) {
        int seed = t;
        answered.add(threads.submit(() -> askUntilClosed(queue, seed, answers)));
      }
      answers.await();
      queue.close();
      int all = 0;
      for (Future<Integer> count : answered) {
        all += count.get();
      }
      assertThat(all).isGreaterThanOrEqualTo(500);
    } finally {
      threads.shutdown();
    }
  }

  /** How many requests were answered, each with its own numbers. */
  private static int askUntilClosed(BatchingQueue queue, int seed, CountDownLatch answers)
      throws Exception {
    for (int i = 0; ; i++) {
      float[] values = new float[1 + (seed + i) % 3];
      Arrays.fill(values, seed * 1e4f + i);
      try {
        assertThat(queue.submit(x(values)).get().get("y").toFloats()).containsExactly(values);
        answers.countDown();
      } catch (ExecutionException e) {
        assertThat(e).hasMessageContaining("The batching queue of 'tiny.onnx' is closed");
        return i;
      }
    }
  }

  @Test
  void senseless_options_are_refused() {
    assertThatThrownBy(() -> Options.of(0, FOR_EVER))
        .hasMessage("A batch has at least 1 request, not 0");
    assertThatThrownBy(() -> Options.of(1, Duration.ofMillis(-1)))
        .hasMessageContaining("waits for 0 seconds to an hour, not PT-0.001S");
    assertThatThrownBy(() -> new Options(8, Duration.ZERO, 7))
        .hasMessage("7 requests that may wait are fewer than the 8 of a batch");
  }

  /** The system's, but for a wait that ends with an error. */
  private static final class FailingClock implements QueueClock {
    private final AtomicBoolean failing = new AtomicBoolean();

    void failNextWait() {
      failing.set(true);
    }

    @Override
    public long nanoTime() {
      if (Thread.currentThread().getName().startsWith("repfold batches")
          && failing.getAndSet(false)) {
        throw new StackOverflowError("in the queue's thread");
      }
      return QueueClock.SYSTEM.nanoTime();
    }

    @Override
    public Condition newCondition(Lock lock) {
      return QueueClock.SYSTEM.newCondition(lock);
    }
  }

  /** Gives back what it gets, and fails with an error where that is negative. */
  private static final class ErringEngine extends AbstractEngine {
    private static final TensorInfo X =
        new TensorInfo(
            "x", ElementType.FLOAT, List.of(new Dimension(-1, "n"), new Dimension(-1, "m")));

    ErringEngine() {
      super(
          "erring.onnx",
          "test",
          EngineOptions.defaults(),
          List.of(X),
          List.of(X),
          new ModelMetadata("", "", "", 0, Map.of()));
    }

    @Override
    protected Map<String, HostTensor> compute(
        Map<String, HostTensor> inputs, Set<String> requested) {
      for (float value : inputs.get("x").toFloats()) {
        if (value < 0) {
          throw new UnsatisfiedLinkError("native code that is missing");
        }
      }
      return onHeap(inputs);
    }

    @Override
    protected void free() {}
  }

  /** y = Relu(x), and for each row the number of rows. */
  static Engine counting() {
    return new OnnxModel()
        .input("x", OnnxModel.FLOAT, "n", "m")
        .node("Relu", List.of("x"), List.of("y"))
        .node(
            "Shape",
            List.of("x"),
            List.of("rows"),
            OnnxModel.integer("start", 0),
            OnnxModel.integer("end", 1))
        .node("Expand", List.of("rows", "rows"), List.of("size"))
        .output("y", OnnxModel.FLOAT, "n", "m")
        .output("size", OnnxModel.INT64, "n")
        .load();
  }

  static Map<String, HostTensor> x(float... values) {
    return Map.of("x", HostTensor.ofFloats(values, 1, values.length));
  }

  private static Map<String, HostTensor> index(long value) {
    return Map.of("x", HostTensor.ofLongs(new long[] {value}, 1));
  }

  private static void assertRefused(
      BatchingQueue queue, Map<String, HostTensor> inputs, String message) {
    assertThatThrownBy(() -> queue.submit(inputs).get())
        .hasCauseInstanceOf(EngineException.class)
        .hasMessageContaining(message);
  }

  private static void assertRefused(OnnxModel model, String message) {
    try (Engine engine = model.load()) {
      assertThatThrownBy(() -> new BatchingQueue(engine, Options.of(2, FOR_EVER)))
          .isInstanceOf(EngineException.class)
          .hasMessageStartingWith("Cannot batch requests for 'tiny.onnx': ")
          .hasMessageContaining(message);
    }
  }
}
