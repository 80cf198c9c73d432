package io.repfold.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.repfold.check.RandomInputs;
import io.repfold.runtime.Engine;
import io.repfold.runtime.HostTensor;
import io.repfold.runtime.OnnxModel;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class BenchmarkTest {
  @Test
  void every_engine_is_run_equally_often() {
    try (Engine one = OnnxModel.conv(1).load();
        Engine two = OnnxModel.conv(2).load()) {
      Map<String, HostTensor> inputs = RandomInputs.of(one.inputs(), 1, Map.of());
      BenchReport report =
          Benchmark.compare(
              List.of(new Contender("plain", one), new Contender("folded", two)),
              inputs,
              new BenchOptions(2, 7, Duration.ZERO));

      assertThat(report.timings()).extracting(Timing::label).containsExactly("plain", "folded");
      assertThat(report.timings())
          .allSatisfy(t -> assertThat(t.milliseconds().count()).isEqualTo(7));
      assertThat(report.timings()).allSatisfy(t -> assertThat(t.milliseconds().min()).isPositive());
      assertThat(report.timings().get(0).speedup()).isEqualTo(Distribution.of(1, 1, 1, 1, 1, 1, 1));
      assertThat(report.timings().get(0).threads()).isEqualTo(1);
      assertThat(report.machine().cores()).isPositive();
      assertThat(report.machine().cpu()).isNotBlank();
      assertThat(one.run(inputs)).isNotEmpty();
    }
  }

  @Test
  void each_round_begins_with_the_next_engine() {
    assertThat(Benchmark.order(0, 3)).containsExactly(0, 1, 2);
    assertThat(Benchmark.order(1, 3)).containsExactly(1, 2, 0);
    assertThat(Benchmark.order(5, 3)).containsExactly(2, 0, 1);
  }

  @Test
  void percentiles_are_interpolated() {
    Distribution d = Distribution.of(5, 1, 4, 2, 3);
    assertThat(d.min()).isEqualTo(1);
    assertThat(d.median()).isEqualTo(3);
    assertThat(d.lowerQuartile()).isEqualTo(2);
    assertThat(d.interquartileRange()).isEqualTo(2);
    assertThat(d.p90()).isEqualTo(4.6, Offset.offset(1e-12));
    assertThat(d.mean()).isEqualTo(3);
  }

  @Test
  void by_default_30_rounds_and_5_seconds_are_measured_after_10_to_warm_up() {
    assertThat(BenchOptions.defaults()).isEqualTo(new BenchOptions(10, 30, Duration.ofSeconds(5)));
  }

  @Test
  void a_benchmark_of_nothing_is_refused() {
    assertThatThrownBy(() -> Benchmark.compare(List.of(), Map.of(), BenchOptions.defaults()))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new BenchOptions(0, 0, Duration.ZERO))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(Distribution::of).isInstanceOf(IllegalArgumentException.class);
  }
}
