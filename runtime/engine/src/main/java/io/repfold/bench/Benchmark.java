package io.repfold.bench;

import io.repfold.runtime.BoundRun;
import io.repfold.runtime.HostTensor;
import io.repfold.runtime.Inputs;
import io.repfold.runtime.StageTimes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.function.ToLongFunction;
import java.util.stream.IntStream;

/**
 * Times engines side by side. In each round every engine has its turn, of one run or of as many as
 * fit into the turn's time, and each round starts with the next engine, so that what slows the
 * machine down for a while slows all of them. Inputs and outputs stay in the host's memory: what a
 * backend copies to a device and back is measured.
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

  /** The runs of one engine's turn. */
  private record Turn(List<Sample> samples) {
    double medianNanos() {
      return Distribution.of(
              samples.stream().mapToDouble(s -> (double) Math.max(1, s.nanoseconds())).toArray())
          .median();
    }
  }

  /** By round and engine. */
  private static List<Turn[]> measure(
      List<BoundRun> runs, BenchOptions options, LongSupplier clock) {
    for (int i = 0; i < options.warmup(); i++) {
      round(runs, i, options, clock);
    }
    List<Turn[]> rounds = new ArrayList<>();
    int fewest = 0;
    long start = clock.getAsLong();
    long budget = options.budget().toNanos();
    while (fewest < options.minimumRuns()
        || (clock.getAsLong() - start < budget && fewest < MAXIMUM_RUNS)) {
      Turn[] turns = round(runs, rounds.size(), options, clock);
      rounds.add(turns);
      fewest += Arrays.stream(turns).mapToInt(turn -> turn.samples().size()).min().orElse(1);
    }
    return rounds;
  }

  private static Turn[] round(
      List<BoundRun> runs, int number, BenchOptions options, LongSupplier clock) {
    Turn[] turns = new Turn[runs.size()];
    for (int engine : order(number, runs.size())) {
      turns[engine] = turn(runs.get(engine), options.turn().toNanos(), clock);
    }
    return turns;
  }

  private static Turn turn(BoundRun run, long nanoseconds, LongSupplier clock) {
    List<Sample> samples = new ArrayList<>();
    long spent = 0;
    do {
      long start = clock.getAsLong();
      run.run();
      long time = clock.getAsLong() - start;
      samples.add(new Sample(time, run.stages()));
      spent += time;
    } while (spent < nanoseconds && samples.size() < MAXIMUM_RUNS);
    return new Turn(samples);
  }

  /** The engines of a round: all of them, beginning with the next one in each round. */
  static int[] order(int round, int engines) {
    return IntStream.range(0, engines).map(i -> (round + i) % engines).toArray();
  }

  private static BenchReport report(
      List<Contender> contenders, BenchOptions options, List<Turn[]> rounds) {
    List<Timing> timings = new ArrayList<>();
    for (int i = 0; i < contenders.size(); i++) {
      int engine = i;
      Contender contender = contenders.get(i);
      List<Sample> samples =
          rounds.stream().flatMap(turns -> turns[engine].samples().stream()).toList();
      timings.add(
          new Timing(
              contender.label(),
              contender.engine().name(),
              contender.engine().backend(),
              contender.engine().options().threads(),
              contender.engine().options().optimize(),
              contender.engine().options().tf32(),
              milliseconds(samples, Sample::nanoseconds),
              Distribution.of(
                  rounds.stream()
                      .mapToDouble(r -> r[0].medianNanos() / r[engine].medianNanos())
                      .toArray()),
              stages(samples)));
    }
    return new BenchReport(Machine.current(), options, timings);
  }

  private static Optional<Timing.Stages> stages(List<Sample> samples) {
    if (!samples.stream().allMatch(sample -> sample.stages().isPresent())) {
      return Optional.empty();
    }
    return Optional.of(
        new Timing.Stages(
            milliseconds(samples, s -> s.stages().orElseThrow().toDeviceNanos()),
            milliseconds(samples, s -> s.stages().orElseThrow().computeNanos()),
            milliseconds(samples, s -> s.stages().orElseThrow().fromDeviceNanos())));
  }

  private static Distribution milliseconds(
      List<Sample> samples, ToLongFunction<Sample> nanoseconds) {
    return Distribution.of(
        samples.stream()
            .mapToDouble(s -> nanoseconds.applyAsLong(s) / NANOSECONDS_PER_MILLISECOND)
            .toArray());
  }
}
