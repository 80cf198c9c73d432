package io.repfold.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class SubmissionsTest {
  private static final Backend CPU = Backends.onnxRuntimeCpu();
  private static final int SIDE = 512;

  @Test
  void a_request_gets_what_a_run_gives() throws Exception {
    Map<String, HostTensor> inputs = Map.of("x", HostTensor.ofFloats(new float[] {-1, 2}, 2));
    try (Engine engine = OnnxModel.unary("Relu", OnnxModel.FLOAT, "n").load()) {
      assertThat(engine.submit(inputs).get().get("y").toFloats()).containsExactly(0, 2);
      assertThat(engine.submit(inputs, Runnable::run).get().get("y").toFloats())
          .containsExactly(0, 2);
    }
  }

  @Test
  void a_request_that_does_not_fit_fails_its_result() {
    try (Engine engine = OnnxModel.conv(1).load()) {
      for (CompletableFuture<?> result :
          List.of(engine.submit(Map.of()), engine.submit(Map.of(), Runnable::run))) {
        assertThatThrownBy(result::get)
            .hasCauseInstanceOf(EngineException.class)
            .hasMessageContaining("input 'x' (float32[1, 1, 4, 4]) is missing");
      }
    }
  }

  @Test
  void what_waits_when_the_engine_is_closed_fails_by_name_and_what_runs_ends() {
    Engine engine = slow();
    List<CompletableFuture<Map<String, HostTensor>>> results = submit(engine, 50);
    engine.close();
    engine.close();
    results.forEach(SubmissionsTest::await);

    List<CompletableFuture<Map<String, HostTensor>>> failed =
        results.stream().filter(CompletableFuture::isCompletedExceptionally).toList();
    assertThat(failed.size()).isBetween(30, 50);
    for (CompletableFuture<?> result : failed) {
      assertThatThrownBy(result::get)
          .hasCauseInstanceOf(IllegalStateException.class)
          .hasMessageContaining("The engine of 'tiny.onnx' is closed");
    }
    assertThatThrownBy(() -> engine.submit(inputs()).get())
        .hasCauseInstanceOf(IllegalStateException.class)
        .hasMessageContaining("The engine of 'tiny.onnx' is closed");
    assertThatThrownBy(() -> engine.submit(inputs(), Runnable::run).get())
        .hasMessageContaining("The engine of 'tiny.onnx' is closed");
  }

  @Test
  void requests_beyond_those_that_may_wait_fail_at_once_and_a_cancelled_one_makes_room() {
    Engine engine = slow();
    try {
      List<CompletableFuture<Map<String, HostTensor>>> results =
          submit(engine, Submissions.MOST_WAITING + 100);
      List<CompletableFuture<Map<String, HostTensor>>> refused =
          results.stream().filter(CompletableFuture::isCompletedExceptionally).toList();
      assertThat(refused).isNotEmpty();
      assertThatThrownBy(() -> refused.get(0).get())
          .hasCauseInstanceOf(EngineException.class)
          .hasMessageContaining(
              "Cannot run 'tiny.onnx' now: 256 requests wait for it already. Wait for one of them");

      List<CompletableFuture<Map<String, HostTensor>>> last =
          results.stream().filter(result -> !result.isDone()).toList();
      last.subList(last.size() - 100, last.size()).forEach(result -> result.cancel(true));
      assertThat(last.get(last.size() - 1)).isCancelled();
      assertThat(submit(engine, 90)).noneMatch(CompletableFuture::isCompletedExceptionally);
    } finally {
      engine.close();
    }
  }

  @Test
  void a_cancelled_request_is_not_run() {
    List<Runnable> held = new ArrayList<>();
    try (Engine engine = slow()) {
      engine.warmUp(inputs(), 1);
      long start = System.nanoTime();
      engine.warmUp(inputs(), 20);
      long twenty = System.nanoTime() - start;
      for (int i = 0; i < 50; i++) {
        assertThat(engine.submit(inputs(), held::add).cancel(false)).isTrue();
      }
      start = System.nanoTime();
      held.forEach(Runnable::run);
      assertThat(System.nanoTime() - start).isLessThan(twenty);
    }
  }

  @Test
  void an_executor_that_takes_no_more_fails_the_result() {
    ExecutorService ended = Executors.newSingleThreadExecutor();
    ended.shutdown();
    Executor executor = ended;
    try (Engine engine = OnnxModel.conv(1).load()) {
      assertThatThrownBy(() -> engine.submit(Map.of(), executor).get())
          .hasCauseInstanceOf(RejectedExecutionException.class);
    }
  }

  @Test
  void threads_end_when_there_is_no_work() throws Exception {
    OnnxModel model = OnnxModel.unary("Relu", OnnxModel.FLOAT, 1L);
    try (Engine engine = CPU.load("threads.onnx", model.bytes(), EngineOptions.defaults())) {
      engine.submit(Map.of("x", HostTensor.allocate(ElementType.FLOAT, 1))).get();
      List<Thread> threads =
          Thread.getAllStackTraces().keySet().stream()
              .filter(thread -> thread.getName().equals("repfold threads.onnx"))
              .toList();
      assertThat(threads).hasSize(1).noneMatch(Thread::isDaemon);
      threads.get(0).join(TimeUnit.SECONDS.toMillis(20));
      assertThat(threads.get(0).isAlive()).isFalse();
      engine.submit(Map.of("x", HostTensor.allocate(ElementType.FLOAT, 1))).get();
    }
  }

  @Test
  void warming_up_runs_the_model_and_checks_the_inputs() {
    Engine engine = OnnxModel.conv(1).load();
    Map<String, HostTensor> inputs =
        Map.of("x", HostTensor.allocate(ElementType.FLOAT, 1, 1, 4, 4));
    engine.warmUp(inputs, 2);
    assertThatThrownBy(() -> engine.warmUp(Map.of(), 1)).isInstanceOf(EngineException.class);
    assertThatThrownBy(() -> engine.warmUp(inputs, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Warming up takes at least 1 run, not 0");
    engine.close();
    assertThatThrownBy(() -> engine.warmUp(inputs, 1))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("The engine of 'tiny.onnx' is closed");
  }

  /** A model that takes some milliseconds. */
  private static Engine slow() {
    return new OnnxModel()
        .input("x", OnnxModel.FLOAT, (long) SIDE, (long) SIDE)
        .node("MatMul", List.of("x", "x"), List.of("a"))
        .node("MatMul", List.of("a", "x"), List.of("y"))
        .output("y", OnnxModel.FLOAT, (long) SIDE, (long) SIDE)
        .load();
  }

  private static Map<String, HostTensor> inputs() {
    return Map.of("x", HostTensor.allocate(ElementType.FLOAT, SIDE, SIDE));
  }

  private static List<CompletableFuture<Map<String, HostTensor>>> submit(Engine engine, int count) {
    Map<String, HostTensor> inputs = inputs();
    List<CompletableFuture<Map<String, HostTensor>>> results = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      results.add(engine.submit(inputs));
    }
    return results;
  }

  private static void await(CompletableFuture<?> result) {
    result.handle((outputs, error) -> true).orTimeout(30, TimeUnit.SECONDS).join();
  }
}
