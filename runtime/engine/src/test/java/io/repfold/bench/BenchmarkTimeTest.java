package io.repfold.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntToLongFunction;
import org.junit.jupiter.api.Test;

/** What is measured, by a clock that only the engines move. */
class BenchmarkTimeTest {
  private final AtomicLong clock = new AtomicLong(Long.MAX_VALUE - 50_000_000);
  private final List<String> log = new ArrayList<>();

  @Test
  void the_time_of_each_run_and_the_speedup_of_each_round_are_told() {
    BenchReport report =
        compare(
            new BenchOptions(2, 3, Duration.ZERO),
            engine("plain", run -> 1_000_000L * (10 + run)),
            engine("folded", run -> 4_000_000L));

    Timing plain = report.timings().get(0);
    assertThat(plain.milliseconds()).isEqualTo(Distribution.of(12, 13, 14));
    assertThat(plain.speedup()).isEqualTo(Distribution.of(1, 1, 1));
    Timing folded = report.timings().get(1);
    assertThat(folded.milliseconds()).isEqualTo(Distribution.of(4, 4, 4));
    assertThat(folded.speedup()).isEqualTo(Distribution.of(3, 3.25, 3.5));
    assertThat(folded.stages()).isEmpty();
    assertThat(folded.model()).isEqualTo("folded");
    assertThat(folded.threads()).isEqualTo(3);
  }

  @Test
  void every_round_begins_with_another_engine_and_everything_is_closed() {
    compare(
        new BenchOptions(1, 2, Duration.ZERO),
        engine("a", run -> 1),
        engine("b", run -> 1),
        engine("c", run -> 1));

    assertThat(log)
        .containsExactly(
            "a", "b", "c", "a", "b", "c", "b", "c", "a", "a closed", "b closed", "c closed");
  }

  @Test
  void a_turn_goes_on_until_its_time_is_up_and_turns_are_compared() {
    BenchReport report =
        compare(
            new BenchOptions(0, 4, Duration.ZERO, Duration.ofMillis(20)),
            engine("slow", run -> 10_000_000),
            engine("fast", run -> run % 2 == 0 ? 4_000_000 : 6_000_000));

    assertThat(log.subList(0, 6)).containsExactly("slow", "slow", "fast", "fast", "fast", "fast");
    assertThat(report.timings().get(0).milliseconds()).isEqualTo(Distribution.of(10, 10, 10, 10));
    Timing fast = report.timings().get(1);
    assertThat(fast.milliseconds().count()).isEqualTo(8);
    assertThat(fast.milliseconds().median()).isEqualTo(5);
    assertThat(fast.speedup()).isEqualTo(Distribution.of(2, 2));
  }

  @Test
  void rounds_go_on_until_the_budget_is_spent() {
    BenchReport report =
        compare(
            new BenchOptions(5, 1, Duration.ofMillis(100)),
            engine("a", run -> 7_000_000),
            engine("b", run -> 3_000_000));
    assertThat(report.timings()).allMatch(timing -> timing.milliseconds().count() == 10);
  }

  @Test
  void the_fewest_rounds_are_run_although_the_budget_is_spent() {
    BenchReport report =
        compare(new BenchOptions(0, 4, Duration.ofMillis(1)), engine("a", run -> 7_000_000));
    assertThat(report.timings().get(0).milliseconds().count()).isEqualTo(4);
  }

  @Test
  void a_run_below_the_resolution_of_the_clock_divides_nothing_by_zero() {
    BenchReport report =
        compare(
            new BenchOptions(0, 1, Duration.ZERO), engine("a", run -> 1000), engine("b", run -> 0));
    assertThat(report.timings().get(1).milliseconds().mean()).isZero();
    assertThat(report.timings().get(1).speedup().median()).isEqualTo(1000);
  }

  @Test
  void stages_are_told_by_engines_that_tell_them() {
    BenchReport report =
        compare(
            new BenchOptions(1, 2, Duration.ZERO),
            engine("host", run -> 1_000_000),
            new TimedEngine("gpu", clock, log, run -> 10_000_000L * (run + 1), true));

    assertThat(report.timings().get(0).stages()).isEmpty();
    Timing.Stages stages = report.timings().get(1).stages().orElseThrow();
    assertThat(stages.toDevice()).isEqualTo(Distribution.of(2, 3));
    assertThat(stages.compute()).isEqualTo(Distribution.of(14, 21));
    assertThat(stages.fromDevice()).isEqualTo(Distribution.of(4, 6));
  }

  @Test
  void percentiles_between_two_values_are_interpolated_and_one_value_is_all_of_them() {
    Distribution d = Distribution.of(30, 10);
    assertThat(d.lowerQuartile()).isEqualTo(15);
    assertThat(d.upperQuartile()).isEqualTo(25);
    assertThat(d.p99()).isEqualTo(29.8, within(1e-12));
    assertThat(Distribution.of(5)).isEqualTo(new Distribution(1, 5, 5, 5, 5, 5, 5, 5));
  }

  private TimedEngine engine(String name, IntToLongFunction nanoseconds) {
    return new TimedEngine(name, clock, log, nanoseconds, false);
  }

  private BenchReport compare(BenchOptions options, TimedEngine... engines) {
    List<Contender> contenders = new ArrayList<>();
    for (TimedEngine engine : engines) {
      contenders.add(new Contender(engine.name(), engine));
    }
    return Benchmark.compare(contenders, TimedEngine.input(), options, clock::get);
  }
}
