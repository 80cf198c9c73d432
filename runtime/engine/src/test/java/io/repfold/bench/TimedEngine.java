package io.repfold.bench;

import io.repfold.runtime.AbstractEngine;
import io.repfold.runtime.BoundRun;
import io.repfold.runtime.Dimension;
import io.repfold.runtime.ElementType;
import io.repfold.runtime.EngineOptions;
import io.repfold.runtime.HostTensor;
import io.repfold.runtime.ModelMetadata;
import io.repfold.runtime.StageTimes;
import io.repfold.runtime.TensorInfo;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntToLongFunction;

/** An engine whose runs take what the test says, by a clock that nothing else moves. */
final class TimedEngine extends AbstractEngine {
  private static final TensorInfo X =
      new TensorInfo("x", ElementType.FLOAT, List.of(new Dimension(1, "")));

  private final AtomicLong clock;
  private final List<String> log;
  private final IntToLongFunction nanoseconds;
  private final boolean tellsStages;

  /**
   * @param log takes the name at each run, and again with "closed" when a bound run is closed
   * @param nanoseconds of the runs, counted from 0, those for warming up first
   */
  TimedEngine(
      String name,
      AtomicLong clock,
      List<String> log,
      IntToLongFunction nanoseconds,
      boolean tellsStages) {
    super(
        name,
        "test",
        EngineOptions.defaults().withThreads(3),
        List.of(X),
        List.of(X),
        new ModelMetadata("", "", "", 0, Map.of()));
    this.clock = clock;
    this.log = log;
    this.nanoseconds = nanoseconds;
    this.tellsStages = tellsStages;
  }

  static Map<String, HostTensor> input() {
    return Map.of("x", HostTensor.ofFloats(new float[] {7}, 1));
  }

  @Override
  public BoundRun bind(Map<String, HostTensor> given) {
    return new Timed();
  }

  private final class Timed implements BoundRun {
    private int runs;
    private long last;

    @Override
    public void run() {
      last = nanoseconds.applyAsLong(runs++);
      clock.addAndGet(last);
      log.add(name());
    }

    @Override
    public Map<String, HostTensor> outputs() {
      return Map.of();
    }

    /** A tenth to the device, a fifth back. */
    @Override
    public Optional<StageTimes> stages() {
      return tellsStages
          ? Optional.of(new StageTimes(last / 10, last * 7 / 10, last / 5))
          : Optional.empty();
    }

    @Override
    public void close() {
      log.add(name() + " closed");
    }
  }

  @Override
  protected Map<String, HostTensor> compute(Map<String, HostTensor> inputs, Set<String> requested) {
    throw new AssertionError("A benchmark binds its inputs once");
  }

  @Override
  protected void free() {
    log.add(name() + " freed");
  }
}
