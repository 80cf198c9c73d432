package io.repfold.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.repfold.check.RandomInputs;
import io.repfold.runtime.AbstractEngine;
import io.repfold.runtime.BoundRun;
import io.repfold.runtime.Dimension;
import io.repfold.runtime.ElementType;
import io.repfold.runtime.Engine;
import io.repfold.runtime.EngineException;
import io.repfold.runtime.EngineOptions;
import io.repfold.runtime.HostTensor;
import io.repfold.runtime.ModelMetadata;
import io.repfold.runtime.OnnxModel;
import io.repfold.runtime.TensorInfo;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class ThroughputTest {
  /**
   * Runs that wait for each other: they end only where as many as there are streams are at work.
   */
  private static final class Together extends AbstractEngine {
    private static final TensorInfo X =
        new TensorInfo("x", ElementType.FLOAT, List.of(new Dimension(1, "")));

    private final CyclicBarrier barrier;
    private final AtomicInteger open = new AtomicInteger();
    private final AtomicInteger runs = new AtomicInteger();
    private final int last;

    /**
     * @param last number of the run that fails, counted from 1; 0 for none
     */
    Together(int streams, int last) {
      super(
          "together",
          "test",
          EngineOptions.defaults(),
          List.of(X),
          List.of(X),
          new ModelMetadata("", "", "", 0, Map.of()));
      this.barrier = new CyclicBarrier(streams);
      this.last = last;
    }

    @Override
    public BoundRun bind(Map<String, HostTensor> given) {
      open.incrementAndGet();
      return new BoundRun() {
        @Override
        public void run() {
          if (runs.incrementAndGet() == last) {
            throw new EngineException("the memory is full");
          }
          if (last > 0) {
            return;
          }
          try {
            barrier.await(30, TimeUnit.SECONDS);
          } catch (InterruptedException | BrokenBarrierException | TimeoutException e) {
            throw new AssertionError("The streams do not run at once", e);
          }
        }

        @Override
        public Map<String, HostTensor> outputs() {
          return Map.of();
        }

        @Override
        public void close() {
          open.decrementAndGet();
        }
      };
    }

    @Override
    protected Map<String, HostTensor> compute(
        Map<String, HostTensor> inputs, Set<String> requested) {
      throw new AssertionError("Inputs are bound");
    }

    @Override
    protected void free() {}
  }

  @Test
  void as_many_runs_are_under_way_as_there_are_streams() {
    Together engine = new Together(3, 0);

    Throughput measured =
        Throughput.measure(new Contender("net", engine), TimedEngine.input(), 3, Duration.ZERO, 5);

    assertThat(measured.label()).isEqualTo("net");
    assertThat(measured.streams()).isEqualTo(3);
    assertThat(measured.runs()).as("of each stream 5").isEqualTo(15);
    assertThat(measured.milliseconds().count()).isEqualTo(15);
    assertThat(engine.runs).as("one of each to warm up").hasValue(18);
    assertThat(engine.open).as("bound runs that are not closed").hasValue(0);
  }

  /** By a clock that moves 10 ms a reading: each run lies between two of them. */
  @Test
  void rates_are_by_the_time_of_each_stream() {
    AtomicLong clock = new AtomicLong();

    Throughput measured =
        Throughput.measure(
            new Contender("net", new Together(1, 0)),
            TimedEngine.input(),
            1,
            Duration.ofMillis(95),
            1,
            () -> clock.getAndAdd(10_000_000));

    assertThat(measured.runs()).isEqualTo(10);
    assertThat(measured.runsPerSecond()).isCloseTo(100, Offset.offset(1e-9));
    assertThat(measured.milliseconds().median()).isEqualTo(10);
  }

  @Test
  void a_run_that_fails_ends_all_and_frees_what_was_bound() {
    for (int failing : new int[] {1, 2, 7}) {
      Together engine = new Together(2, failing);

      assertThatThrownBy(
              () ->
                  Throughput.measure(
                      new Contender("net", engine), TimedEngine.input(), 2, Duration.ofHours(1), 1))
          .isInstanceOf(EngineException.class)
          .hasMessage("the memory is full");
      assertThat(engine.open).hasValue(0);
    }
  }

  @Test
  void onnx_runtime_runs_several_at_once() {
    try (Engine engine = OnnxModel.conv(1).load()) {
      Map<String, HostTensor> inputs = RandomInputs.of(engine.inputs(), 1, Map.of());

      Throughput measured =
          Throughput.measure(new Contender("conv", engine), inputs, 4, Duration.ofMillis(50), 3);

      assertThat(measured.runs()).isGreaterThanOrEqualTo(12);
      assertThat(measured.runsPerSecond()).isPositive();
      assertThat(engine.run(inputs)).as("the engine stays open").isNotEmpty();
    }
  }

  @Test
  void a_throughput_needs_a_stream_and_a_run() {
    Contender contender = new Contender("net", new Together(1, 0));
    for (int[] numbers : new int[][] {{0, 1}, {257, 1}, {1, 0}}) {
      assertThatThrownBy(
              () ->
                  Throughput.measure(
                      contender, TimedEngine.input(), numbers[0], Duration.ZERO, numbers[1]))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("1 to 256 streams");
    }
  }
}
