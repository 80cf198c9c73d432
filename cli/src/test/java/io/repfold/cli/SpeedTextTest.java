package io.repfold.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.repfold.bench.BenchOptions;
import io.repfold.bench.BenchReport;
import io.repfold.bench.Distribution;
import io.repfold.bench.Machine;
import io.repfold.bench.Timing;
import io.repfold.pipeline.fold.Measurement;
import io.repfold.pipeline.inputs.InputShapes;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What tables, pages and reports say of a measurement whose spread covers 1, and of others. */
class SpeedTextTest {
  private static final Distribution DOUBTFUL = Distribution.of(0.9, 0.98, 1.23, 1.3, 1.4);
  private static final Distribution FASTER = Distribution.of(1.2, 1.22, 1.23, 1.24, 1.3);
  private static final Distribution SLOWER = Distribution.of(0.7, 0.71, 0.72, 0.73, 1.3);

  private static Timing timing(String label, Distribution speedup) {
    return new Timing(
        label,
        label,
        "ONNX Runtime CPU",
        1,
        true,
        false,
        Distribution.of(2, 2, 2),
        speedup,
        Optional.empty());
  }

  private static BenchReport report(Distribution speedup) {
    return new BenchReport(
        new Machine("cpu", 2, "Linux", "JVM"),
        BenchOptions.defaults(),
        List.of(timing("original", Distribution.of(1, 1, 1)), timing("folded", speedup)));
  }

  private static final InputShapes SHAPES = new InputShapes(Map.of("x", new long[] {1}), false);

  private static String row(Distribution speedup) {
    List<String> cells = new BenchTable(report(speedup), SHAPES).rows().get(1);
    return cells.get(cells.size() - 1);
  }

  @Test
  void a_table_says_that_no_difference_can_be_told() {
    assertThat(row(DOUBTFUL)).isEqualTo("no difference can be told: 1.230 (0.980 to 1.300)");
    assertThat(row(FASTER)).isEqualTo("1.230 (1.220 to 1.240)");
    assertThat(row(SLOWER)).isEqualTo("0.720 (0.710 to 0.730)");
    var timings = BenchTable.json(List.of(new BenchTable(report(DOUBTFUL), SHAPES)));
    assertThat(timings.at("/benchmarks/0/timings/0/pace").isNull()).isTrue();
    assertThat(timings.at("/benchmarks/0/timings/1/pace").asText()).isEqualTo("no difference");
  }

  @Test
  void the_demo_says_so_too() {
    Timing doubtful = timing("folded", DOUBTFUL);
    assertThat(DemoPage.speed(doubtful))
        .isEqualTo("no difference in speed can be told, it is 0.98 to 1.30 times as fast");
    assertThat(DemoPage.speedTile(doubtful)).containsEntry("value", "no difference");
    assertThat(DemoPage.speed(timing("folded", FASTER))).isEqualTo("1.23 times as fast");
    assertThat(DemoPage.speedTile(timing("folded", FASTER))).containsEntry("value", "1.23 ×");
  }

  @Test
  void a_fold_is_refused_only_where_it_is_slower() {
    Measurement doubtful = new Measurement(report(DOUBTFUL), SHAPES, false);
    assertThat(doubtful.holds()).isTrue();
    assertThat(doubtful.summary())
        .isEqualTo(
            "Measured: no difference in speed can be told; the folded model has 1.230 times the speed of the original (quartiles 0.980 to 1.300)");
    assertThat(new Measurement(report(FASTER), SHAPES, false).holds()).isTrue();
    Measurement slower = new Measurement(report(SLOWER), SHAPES, false);
    assertThat(slower.holds()).isFalse();
    assertThat(FoldText.summary(slower)).endsWith("; --allow-slower writes it all the same");
    assertThat(new Measurement(report(SLOWER), SHAPES, true).holds()).isTrue();
  }
}
