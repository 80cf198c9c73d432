package io.repfold.bench;

import io.repfold.runtime.BoundRun;
import io.repfold.runtime.HostTensor;
import io.repfold.runtime.Inputs;
import io.repfold.runtime.StageTimes;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.function.ToLongFunction;
import java.util.stream.IntStream;

/**
 * Times engines side by side. In each round every engine runs once, and each round starts with the
 * next engine, so that what slows the machine down for a while slows all of them. Inputs and
 * outputs stay in the host's memory: what a backend copies to a device and back is measured.
 */
public final class Benchmark {
  private static final double NANOSECONDS_PER_MILLISECOND = 1e6;
  private static final int MAXIMUM_RUNS = 1_000_000;

  private Benchmark() {}

  /**
   * Measures all engines on the same inputs, rounded where one takes another floating type.
   *
   * @param contenders at least one; the first is what the others are compared with
   * @throws IllegalArgumentException if there is no engine
   * @throws io.repfold.runtime.EngineException if the inputs do not fit or a run fails
   */
  public static BenchReport compare(
      List<Contender> contenders, Map<String, HostTensor> inputs, BenchOptions options) {
    return compare(contenders, inputs, options, System::nanoTime);
  }

  /** By a clock that counts nanoseconds. */
  static BenchReport compare(
      List<Contender> contenders,
      Map<String, HostTensor> inputs,
      BenchOptions options,
      LongSupplier clock) {
    if (contenders.isEmpty()) {
      throw new IllegalArgumentException("There is no engine to measure");
    }
    List<BoundRun> runs = new ArrayList<>();
    try {
      for (Contender contender : contenders) {
        runs.add(contender.engine().bind(Inputs.rounded(inputs, contender.engine())));
      }
      return report(contenders, options, measure(runs, options, clock));
    } finally {
      runs.forEach(BoundRun::close);
    }
  }

  /** One run of one engine. */
  private record Sample(long nanoseconds, Optional<StageTimes> stages) {}

  /** By round and engine. */
  private static List<Sample[]> measure(
      List<BoundRun> runs, BenchOptions options, LongSupplier clock) {
    for (int i = 0; i < options.warmup(); i++) {
      round(runs, i, clock);
    }
    List<Sample[]> rounds = new ArrayList<>();
    long start = clock.getAsLong();
    long budget = options.budget().toNanos();
    while (rounds.size() < options.minimumRuns()
        || (clock.getAsLong() - start < budget && rounds.size() < MAXIMUM_RUNS)) {
      rounds.add(round(runs, rounds.size(), clock));
    }
    return rounds;
  }

  private static Sample[] round(List<BoundRun> runs, int number, LongSupplier clock) {
    Sample[] samples = new Sample[runs.size()];
    for (int engine : order(number, runs.size())) {
      BoundRun run = runs.get(engine);
      long start = clock.getAsLong();
      run.run();
      samples[engine] = new Sample(clock.getAsLong() - start, run.stages());
    }
    return samples;
  }

  /** The engines of a round: all of them, beginning with the next one in each round. */
  static int[] order(int round, int engines) {
    return IntStream.range(0, engines).map(i -> (round + i) % engines).toArray();
  }

  private static BenchReport report(
      List<Contender> contenders, BenchOptions options, List<Sample[]> rounds) {
    List<Timing> timings = new ArrayList<>();
    for (int i = 0; i < contenders.size(); i++) {
      int engine = i;
      Contender contender = contenders.get(i);
      timings.add(
          new Timing(
              contender.label(),
              contender.engine().name(),
              contender.engine().backend(),
              contender.engine().options().threads(),
              contender.engine().options().optimize(),
              contender.engine().options().tf32(),
              milliseconds(rounds, r -> r[engine].nanoseconds()),
              Distribution.of(
                  rounds.stream()
                      .mapToDouble(
                          r -> r[0].nanoseconds() / (double) Math.max(1, r[engine].nanoseconds()))
                      .toArray()),
              stages(rounds, engine)));
    }
    return new BenchReport(Machine.current(), options, timings);
  }

  private static Optional<Timing.Stages> stages(List<Sample[]> rounds, int engine) {
    if (!rounds.stream().allMatch(r -> r[engine].stages().isPresent())) {
      return Optional.empty();
    }
    return Optional.of(
        new Timing.Stages(
            milliseconds(rounds, r -> r[engine].stages().orElseThrow().toDeviceNanos()),
            milliseconds(rounds, r -> r[engine].stages().orElseThrow().computeNanos()),
            milliseconds(rounds, r -> r[engine].stages().orElseThrow().fromDeviceNanos())));
  }

  private static Distribution milliseconds(
      List<Sample[]> rounds, ToLongFunction<Sample[]> nanoseconds) {
    return Distribution.of(
        rounds.stream()
            .mapToDouble(r -> nanoseconds.applyAsLong(r) / NANOSECONDS_PER_MILLISECOND)
            .toArray());
  }
}
