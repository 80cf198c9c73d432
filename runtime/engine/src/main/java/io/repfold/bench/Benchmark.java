package io.repfold.bench;

import io.repfold.runtime.BoundRun;
import io.repfold.runtime.HostTensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Times engines side by side. In each round every engine runs once, and each round starts with the
 * next engine, so that what slows the machine down for a while slows all of them. Inputs and
 * outputs stay where they are: copying is not measured.
 */
public final class Benchmark {
  private static final double NANOSECONDS_PER_MILLISECOND = 1e6;
  private static final int MAXIMUM_RUNS = 1_000_000;

  private Benchmark() {}

  /**
   * Measures all engines on the same inputs.
   *
   * @param contenders at least one; the first is what the others are compared with
   * @throws IllegalArgumentException if there is no engine
   * @throws io.repfold.runtime.EngineException if the inputs do not fit or a run fails
   */
  public static BenchReport compare(
      List<Contender> contenders, Map<String, HostTensor> inputs, BenchOptions options) {
    if (contenders.isEmpty()) {
      throw new IllegalArgumentException("There is no engine to measure");
    }
    List<BoundRun> runs = new ArrayList<>();
    try {
      contenders.forEach(contender -> runs.add(contender.engine().bind(inputs)));
      return report(contenders, options, measure(runs, options));
    } finally {
      runs.forEach(BoundRun::close);
    }
  }

  /** Nanoseconds by round and engine. */
  private static List<long[]> measure(List<BoundRun> runs, BenchOptions options) {
    for (int i = 0; i < options.warmup(); i++) {
      round(runs, i);
    }
    List<long[]> rounds = new ArrayList<>();
    long start = System.nanoTime();
    long budget = options.budget().toNanos();
    while (rounds.size() < options.minimumRuns()
        || (System.nanoTime() - start < budget && rounds.size() < MAXIMUM_RUNS)) {
      rounds.add(round(runs, rounds.size()));
    }
    return rounds;
  }

  private static long[] round(List<BoundRun> runs, int number) {
    long[] nanoseconds = new long[runs.size()];
    for (int engine : order(number, runs.size())) {
      long start = System.nanoTime();
      runs.get(engine).run();
      nanoseconds[engine] = System.nanoTime() - start;
    }
    return nanoseconds;
  }

  /** The engines of a round: all of them, beginning with the next one in each round. */
  static int[] order(int round, int engines) {
    return IntStream.range(0, engines).map(i -> (round + i) % engines).toArray();
  }

  private static BenchReport report(
      List<Contender> contenders, BenchOptions options, List<long[]> rounds) {
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
              Distribution.of(
                  rounds.stream()
                      .mapToDouble(r -> r[engine] / NANOSECONDS_PER_MILLISECOND)
                      .toArray()),
              Distribution.of(
                  rounds.stream()
                      .mapToDouble(r -> r[0] / (double) Math.max(1, r[engine]))
                      .toArray())));
    }
    return new BenchReport(Machine.current(), options, timings);
  }
}
