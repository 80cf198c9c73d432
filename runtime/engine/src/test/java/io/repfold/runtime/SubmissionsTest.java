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

@Timeout(value = 10, unit = TimeUnit.MINUTES)
class SubmissionsTest {
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
  void what_waits_when_the_engine_is_closed_fails_by_name_and_what_runs_ends() throws Exception {
    HeldEngine engine = new HeldEngine();
    List<CompletableFuture<Map<String, HostTensor>>> results = submit(engine, 50);
    engine.awaitRun();
    Thread closes = new Thread(engine::close);
    closes.start();
    while (closes.getState() != Thread.State.WAITING) {
      assertThat(closes.isAlive()).as("closing waits for the run").isTrue();
      Thread.sleep(1);
    }
    assertThat(results).noneMatch(CompletableFuture::isDone);
    engine.release();
    closes.join();
    engine.close();

    assertThat(results.get(0).get().get("x").toFloats()).containsExactly(7);
    for (CompletableFuture<?> result : results.subList(1, 50)) {
      assertThatThrownBy(result::get)
          .hasCauseInstanceOf(IllegalStateException.class)
          .hasMessageContaining("The engine of 'held.onnx' is closed");
    }
    assertThat(engine.runs()).isEqualTo(1);
    assertThatThrownBy(() -> engine.submit(HeldEngine.input()).get())
        .hasCauseInstanceOf(IllegalStateException.class)
        .hasMessageContaining("The engine of 'held.onnx' is closed");
    assertThatThrownBy(() -> engine.submit(HeldEngine.input(), Runnable::run).get())
        .hasMessageContaining("The engine of 'held.onnx' is closed");
  }

  @Test
  void requests_beyond_those_that_may_wait_fail_at_once_and_a_cancelled_one_makes_room()
      throws Exception {
    try (HeldEngine engine = new HeldEngine()) {
      List<CompletableFuture<Map<String, HostTensor>>> results = submit(engine, 1 + 256);
      assertThat(results).noneMatch(CompletableFuture::isDone);
      for (int i = 0; i < 3; i++) {
        assertRefused(engine);
      }

      CompletableFuture<?> last = results.get(256);
      assertThat(last.cancel(true)).isTrue();
      assertThat(results.get(100).cancel(true)).isTrue();
      List<CompletableFuture<Map<String, HostTensor>>> more = submit(engine, 2);
      assertThat(more).noneMatch(CompletableFuture::isDone);
      assertRefused(engine);

      engine.release();
      for (CompletableFuture<Map<String, HostTensor>> result : more) {
        assertThat(result.get().get("x").toFloats()).containsExactly(7);
      }
      assertThat(last).isCancelled();
      assertThat(engine.runs()).as("257 and 2 more, less the 2 that were cancelled").isEqualTo(257);
    }
  }

  private static void assertRefused(Engine engine) {
    CompletableFuture<Map<String, HostTensor>> refused = engine.submit(HeldEngine.input());
    assertThat(refused).isCompletedExceptionally();
    assertThatThrownBy(refused::get)
        .hasCauseInstanceOf(EngineException.class)
        .hasMessageContaining(
            "Cannot run 'held.onnx' now: 256 requests wait for it already. Wait for one of them");
  }

  @Test
  void a_cancelled_request_is_not_run() {
    List<Runnable> held = new ArrayList<>();
    try (HeldEngine engine = new HeldEngine()) {
      engine.release();
      CompletableFuture<?> kept = engine.submit(HeldEngine.input(), held::add);
      for (int i = 0; i < 50; i++) {
        assertThat(engine.submit(HeldEngine.input(), held::add).cancel(false)).isTrue();
      }
      held.forEach(Runnable::run);
      assertThat(kept).isCompleted();
      assertThat(engine.runs()).isEqualTo(1);
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
    try (HeldEngine engine = new HeldEngine()) {
      engine.release();
      engine.submit(HeldEngine.input()).get();
      Thread first = engine.lastThread();
      assertThat(first.getName()).isEqualTo("repfold held.onnx");
      assertThat(first.isDaemon()).isFalse();
      first.join();

      engine.submit(HeldEngine.input()).get();
      assertThat(engine.lastThread()).isNotSameAs(first);
    }
  }

  @Test
  void warming_up_runs_the_model_and_checks_the_inputs() {
    HeldEngine engine = new HeldEngine();
    engine.release();
    Map<String, HostTensor> inputs = HeldEngine.input();
    engine.warmUp(inputs, 3);
    assertThat(engine.runs()).isEqualTo(3);
    assertThatThrownBy(() -> engine.warmUp(Map.of(), 1)).isInstanceOf(EngineException.class);
    assertThatThrownBy(() -> engine.warmUp(inputs, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Warming up takes at least 1 run, not 0");
    engine.close();
    assertThatThrownBy(() -> engine.warmUp(inputs, 1))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("The engine of 'held.onnx' is closed");
  }

  private static List<CompletableFuture<Map<String, HostTensor>>> submit(Engine engine, int count) {
    List<CompletableFuture<Map<String, HostTensor>>> results = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      results.add(engine.submit(HeldEngine.input()));
    }
    return results;
  }
}
